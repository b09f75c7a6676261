-- When a bucket of guesses is full again, and so may be forgotten: customer codes of an invoice come back one an hour, not
-- all within the hour. Empty in rows of a version before, whose buckets are full after an hour.
ALTER TABLE enrolment_limits ADD COLUMN full_at timestamptz;
