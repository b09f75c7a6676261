-- A partner that sends file A of a day, then B, then A again means A: each sending that changes what holds is a row of its own.
ALTER TABLE partner_differences DROP CONSTRAINT partner_differences_sha256_fkey;
ALTER TABLE partner_files DROP CONSTRAINT partner_files_pkey;
ALTER TABLE partner_files ADD COLUMN sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
CREATE INDEX partner_files_by_content ON partner_files (sha256);
-- Whose terms a fee was computed by: units' terms may differ, and a customer may come to another unit. NULL from a version before.
ALTER TABLE partner_payments ADD COLUMN unit_code text;
