-- Who asked for a copy, as the edge has proven it. NULL for what a version before recorded.
ALTER TABLE reprint ADD COLUMN actor jsonb;
ALTER TABLE first_print ADD COLUMN actor jsonb;
