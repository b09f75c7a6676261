-- A fee or interest that was charged is taken back by an adjustment of its bill down to nothing (ADR 88). A charge has no metered period, and so
-- its correction has none.
ALTER TABLE bill_corrections ALTER COLUMN period_id DROP NOT NULL;
ALTER TABLE bill_corrections ADD CONSTRAINT bill_corrections_without_period CHECK (
    period_id IS NOT NULL OR (kind = 'adjustment' AND new_bill_id IS NULL AND readings = '[]' AND lines = '[]'
        AND old_kwh = 0 AND new_kwh = 0 AND new_pre_vat = 0 AND new_vat = 0)
) NOT VALID;
ALTER TABLE bill_corrections VALIDATE CONSTRAINT bill_corrections_without_period;
