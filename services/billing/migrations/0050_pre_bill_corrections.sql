-- A wrong bill is never edited (ADR 48): what a correction did stands here, and what is open of a bill is its total less what money
-- clears and less its reductions. The bill itself stays as it was issued.
CREATE TABLE bill_corrections (
    correction_id uuid PRIMARY KEY,
    customer_code text NOT NULL REFERENCES accounts,
    -- The bill that is corrected: of a bill with adjustments the first one.
    bill_id uuid NOT NULL REFERENCES bills,
    kind text NOT NULL CHECK (kind IN ('adjustment', 'replacement')),
    -- The further bill, or the one that took the place.
    new_bill_id uuid UNIQUE REFERENCES bills,
    -- The metered period that was billed, and its readings and facts as they should have been.
    period_id uuid NOT NULL REFERENCES metered_periods,
    readings jsonb NOT NULL,
    price_group text NOT NULL,
    households text NOT NULL,
    lines jsonb NOT NULL,
    -- What the bill with its adjustments came to before, and after.
    old_kwh bigint NOT NULL CHECK (old_kwh >= 0),
    old_pre_vat bigint NOT NULL CHECK (old_pre_vat >= 0),
    old_vat bigint NOT NULL CHECK (old_vat >= 0),
    new_kwh bigint NOT NULL CHECK (new_kwh >= 0),
    new_pre_vat bigint NOT NULL CHECK (new_pre_vat >= 0),
    new_vat bigint NOT NULL CHECK (new_vat >= 0),
    -- What payments no longer clear of the old bill.
    released bigint NOT NULL CHECK (released >= 0),
    reason text NOT NULL CHECK (reason <> ''),
    asked_by text NOT NULL CHECK (asked_by <> ''),
    approved_by text NOT NULL CHECK (lower(approved_by) <> lower(asked_by)),
    corrected_at timestamptz NOT NULL,
    actor jsonb,
    CHECK (kind <> 'replacement' OR new_bill_id IS NOT NULL),
    CHECK ((old_pre_vat, old_vat) <> (new_pre_vat, new_vat))
);
CREATE INDEX bill_corrections_of_bill ON bill_corrections (bill_id);
CREATE INDEX bill_corrections_of_customer ON bill_corrections (customer_code, corrected_at);
CREATE INDEX bill_corrections_by_time ON bill_corrections (corrected_at);
-- One bill takes the place of another.
CREATE UNIQUE INDEX bill_corrections_replaced ON bill_corrections (bill_id) WHERE kind = 'replacement';

CREATE TABLE bill_reductions (
    reduction_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    correction_id uuid NOT NULL REFERENCES bill_corrections,
    bill_id uuid NOT NULL REFERENCES bills,
    vat bigint NOT NULL CHECK (vat >= 0),
    principal bigint NOT NULL CHECK (principal >= 0),
    CHECK (vat + principal > 0),
    UNIQUE (correction_id, bill_id)
);
CREATE INDEX bill_reductions_of_bill ON bill_reductions (bill_id);

SELECT begin_money_history('bill_corrections', 'correction_id', digested => '{readings,lines}');
SELECT begin_money_history('bill_reductions', 'reduction_id');

-- A period may have several bills now, each with a number of its own; that two bill runs make one bill of a period is the
-- uniqueness of its number.
CREATE INDEX bills_of_customer ON bills (customer_code, year, month, cycle);
ALTER TABLE bills DROP CONSTRAINT bills_customer_code_year_month_cycle_key;

-- Readings as they should have been, for whatever compares the next ones with them.
CREATE INDEX bill_corrections_of_period ON bill_corrections (period_id, corrected_at DESC);
CREATE VIEW standing_readings AS
SELECT period_id, meter_number, meter_register, old_reading, new_reading, multiplier, digits, estimated
FROM readings
WHERE NOT EXISTS (SELECT FROM bill_corrections WHERE bill_corrections.period_id = readings.period_id)
UNION ALL
SELECT period_id, meter_number, meter_register, old_reading, new_reading, multiplier, digits, coalesce(estimated, false)
FROM (
    SELECT DISTINCT ON (period_id) period_id, readings FROM bill_corrections ORDER BY period_id, corrected_at DESC
) AS latest, jsonb_to_recordset(latest.readings) AS reading (
    meter_number text, meter_register text, old_reading bigint, new_reading bigint, multiplier integer, digits integer,
    estimated boolean);
