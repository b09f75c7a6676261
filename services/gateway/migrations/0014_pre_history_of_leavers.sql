-- Who may act, and what came from the phones of those who had left (shared/db/sql/0005_pre_money_history.sql). When the
-- gateway took note is not kept.
SELECT begin_money_history('collectors', 'collector_code', only_columns => '{active,left_at}');
SELECT begin_money_history('leaver_payments', 'payment_id');
-- The audit goes through all copies; of a million print jobs they are few.
CREATE INDEX print_jobs_of_copies ON print_jobs (job_id) WHERE kind = 'copy';
