-- Papers that wait for a person to say what became of them: counted for the alerts.
CREATE INDEX print_jobs_unconfirmed ON print_jobs (changed_at) WHERE state = 'unconfirmed';
