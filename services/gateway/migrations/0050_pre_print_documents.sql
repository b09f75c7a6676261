-- What is on a paper, apart from the print job: written once, read once as a rule, and five times as long as all else that is known of a job,
-- whose row is written anew with each state. By the month in which the job was queued; dropped when the month is old and each of its jobs has
-- ended and was answered for (THUNGAN_DOCUMENT_RETENTION; ADR 58).
CREATE TABLE print_documents (
    job_id uuid NOT NULL,
    queued_at timestamptz NOT NULL,
    document text NOT NULL,
    PRIMARY KEY (job_id, queued_at)
) PARTITION BY RANGE (queued_at);

SELECT begin_partitions('print_documents', 'month', 2, '31 days', $counts$
    queued_at >= $1 OR job_id IN (
        SELECT jobs.job_id FROM print_jobs AS jobs
        WHERE jobs.state IN ('queued', 'offered', 'accepted', 'printing', 'held')
        UNION ALL SELECT jobs.job_id FROM print_jobs AS jobs WHERE jobs.state = 'unconfirmed')
$counts$);
SELECT make_partitions('print_documents', clock_timestamp());
SELECT begin_history_of_others('print_documents', 'job_id', '{document}');

-- Copies of the version before look for the document in the row of the job. Until the last of them is gone (0051) it is written there.
CREATE FUNCTION documents_lie_apart() RETURNS boolean LANGUAGE sql IMMUTABLE RETURN false;
