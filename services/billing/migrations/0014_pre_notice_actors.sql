-- Who recorded the visit that caused a notice. NULL for what a version before recorded.
ALTER TABLE notices ADD COLUMN actor jsonb;
