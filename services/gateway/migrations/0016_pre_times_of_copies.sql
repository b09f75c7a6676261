-- An audit of changes looks at the print jobs of copies since the last one.
CREATE INDEX print_jobs_of_copies_by_time ON print_jobs (created_at) WHERE kind = 'copy';
