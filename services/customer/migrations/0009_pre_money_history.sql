-- Who was a collector when, and what was made of visits (shared/db/sql/0005_pre_money_history.sql).
SELECT begin_money_history('collectors', 'collector_code');
SELECT begin_money_history('visits', 'visit_id');
SELECT begin_money_history('visit_withdrawals', 'withdrawal_id');
