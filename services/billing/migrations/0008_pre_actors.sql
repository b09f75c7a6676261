-- Who did it, as the edge has proven it (shared/contracts/actor.py). NULL for what a version before recorded.
ALTER TABLE payments ADD COLUMN actor jsonb;
ALTER TABLE reversals ADD COLUMN actor jsonb;
ALTER TABLE payment_reports ADD COLUMN actor jsonb;
ALTER TABLE shifts ADD COLUMN opened_by jsonb, ADD COLUMN closed_by jsonb;
ALTER TABLE bills ADD COLUMN actor jsonb;
