-- Each account as billing last reported it: a notice that was made before that is not printed any more.
CREATE TABLE customer_accounts (
    customer_code text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL,
    debt bigint NOT NULL
);
-- The account that a notice was made from; NULL for other documents, and for notices of an earlier version.
ALTER TABLE print_jobs ADD COLUMN account_version bigint;
CREATE INDEX print_jobs_notices_waiting ON print_jobs (customer_code)
    WHERE kind = 'notice' AND state IN ('queued', 'offered', 'accepted', 'printing', 'held');
CREATE INDEX print_jobs_of_payments_waiting ON print_jobs (payment_id)
    WHERE payment_id IS NOT NULL AND state IN ('queued', 'offered', 'accepted', 'printing', 'held');
