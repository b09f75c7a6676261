-- Attempts to print a receipt, or the slip that voids one, that may have come out: one row each, only ever added. Copies are
-- counted in reprint.
CREATE TABLE receipt_print (
    job_id uuid NOT NULL,
    attempt integer NOT NULL CHECK (attempt > 0),
    receipt_id uuid NOT NULL,
    device_id uuid NOT NULL,
    finished_at timestamptz NOT NULL,
    PRIMARY KEY (job_id, attempt)
);
CREATE INDEX receipt_print_of_receipt ON receipt_print (receipt_id);
