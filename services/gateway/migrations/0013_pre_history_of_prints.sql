-- What others than the gateway do to print jobs, and to who may act (shared/db/sql/0007_pre_history_of_others.sql). A device is in
-- the history already with what decides who may act with it.
SELECT begin_history_of_others('print_jobs', 'job_id', '{document,summary}');
SELECT begin_history_of_others('print_job_history', 'job_id');
SELECT begin_history_of_others('print_attempts', 'job_id');
SELECT begin_history_of_others('feed_entries', 'collector_code', '{entry}');
SELECT begin_history_of_others('leaver_payments', 'payment_id');
SELECT begin_history_of_others('collectors', 'collector_code');
