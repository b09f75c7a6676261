-- Since when bills are invoiced, where those from before the service were caught up; NULL where they were not.
ALTER TABLE invoicing_start ADD COLUMN caught_up_from timestamptz;
SELECT begin_history_of_others('invoicing_start', 'only_one');
