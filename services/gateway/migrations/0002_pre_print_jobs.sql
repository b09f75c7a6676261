-- This table is the queue of print jobs (ADR 0006); sockets only make it fast.
CREATE TABLE print_jobs (
    job_id uuid PRIMARY KEY,
    device_id uuid NOT NULL REFERENCES devices,
    sequence bigint NOT NULL,
    kind text NOT NULL,
    document text NOT NULL,
    summary text NOT NULL,
    language text NOT NULL,
    not_after timestamptz,
    copy_number integer NOT NULL,
    reprint_of uuid,
    customer_code text,
    receipt_id uuid,
    payment_id uuid,
    visit_id uuid,
    state text NOT NULL,
    cause text,
    attempt integer NOT NULL,
    retries integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    UNIQUE (device_id, sequence)
);
CREATE INDEX print_jobs_unfinished ON print_jobs (device_id, sequence)
    WHERE state IN ('queued', 'offered', 'accepted', 'printing', 'held');
CREATE INDEX print_jobs_stale ON print_jobs (not_after)
    WHERE state IN ('queued', 'offered') AND not_after IS NOT NULL;
CREATE INDEX print_jobs_printing ON print_jobs (changed_at) WHERE state = 'printing';

-- How the attempts before the present one ended.
CREATE TABLE print_attempts (
    job_id uuid NOT NULL REFERENCES print_jobs,
    attempt integer NOT NULL,
    state text NOT NULL,
    PRIMARY KEY (job_id, attempt)
);

-- Who did what to a job and when, for the person who has to find out.
CREATE TABLE print_job_history (
    job_id uuid NOT NULL REFERENCES print_jobs,
    entry bigint GENERATED ALWAYS AS IDENTITY,
    attempt integer NOT NULL,
    state text NOT NULL,
    cause text,
    actor text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (job_id, entry)
);
