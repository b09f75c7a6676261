-- The audit goes through all copies; of a million print jobs they are few.
CREATE INDEX print_jobs_of_copies ON print_jobs (job_id) WHERE kind = 'copy';
