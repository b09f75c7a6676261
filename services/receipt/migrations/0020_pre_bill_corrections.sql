-- What followed on bills that receipts settle: the check page says so. Only ever added.
CREATE TABLE bill_correction (
    correction_id uuid PRIMARY KEY,
    bill_id uuid NOT NULL,
    bill_number text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('adjustment', 'replacement')),
    -- The further bill, or the one that took the place; NULL where less is owed.
    new_bill_number text,
    corrected_at timestamptz NOT NULL
);
CREATE INDEX bill_correction_of_bill ON bill_correction (bill_id, corrected_at);
