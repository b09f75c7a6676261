-- When a record of a visit was written, by the clock that also dates the outbox. recorded_at is the service's clock,
-- which may differ from the database's, so the audit cannot tell by it whether the event must still be in the outbox.
-- Records from before have no such moment: the column is added without one, so that nothing is rewritten.
ALTER TABLE visit_records ADD COLUMN written_at timestamptz;
ALTER TABLE visit_records ALTER COLUMN written_at SET DEFAULT clock_timestamp();
