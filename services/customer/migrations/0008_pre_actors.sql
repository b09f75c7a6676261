-- Who did it, as the edge has proven it. NULL for what a version before recorded.
ALTER TABLE visits ADD COLUMN actor jsonb;
ALTER TABLE visit_records ADD COLUMN actor jsonb;
ALTER TABLE visit_withdrawals ADD COLUMN actor jsonb;
ALTER TABLE visit_notes ADD COLUMN actor jsonb;
ALTER TABLE phone_corrections ADD COLUMN actor jsonb;
ALTER TABLE reading_complaints ADD COLUMN actor jsonb;
