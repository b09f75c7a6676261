-- What others than the gateway do to what phones are shown, and to whose a transfer's code is (shared/db/sql/0007_pre_history_of_others.sql).
SELECT begin_history_of_others('customer_accounts', 'customer_code');
SELECT begin_history_of_others('customer_collectors', 'customer_code');
SELECT begin_history_of_others('feeds', 'collector_code');
SELECT begin_history_of_others('transfer_codes', 'transfer_id');
