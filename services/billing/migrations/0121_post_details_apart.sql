-- Copies of the version before, which look for details in the register, are gone: from here on new bills have them in bill_details alone.
-- Until then they have them in both places.
ALTER TABLE bills
    ALTER COLUMN readings DROP NOT NULL, ALTER COLUMN lines DROP NOT NULL, ALTER COLUMN explanation DROP NOT NULL,
    -- Not validated: it holds for each row that has been there, by the constraints that go here.
    ADD CONSTRAINT details_in_one_place CHECK (details_digest IS NOT NULL OR num_nulls(readings, lines, explanation) = 0) NOT VALID;
