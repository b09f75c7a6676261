-- Read while everybody works, so that the next file need not read it while nobody does.
ALTER TABLE metered_periods VALIDATE CONSTRAINT of_no_month, VALIDATE CONSTRAINT in_its_month;
ALTER TABLE readings VALIDATE CONSTRAINT of_no_month;
