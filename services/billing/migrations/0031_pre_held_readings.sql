-- Readings that may be wrong wait for a person (ADR 46). Copies of an earlier version know no held readings; they bill none of
-- them, because the check refuses it.
ALTER TABLE metered_periods
    -- Why the readings are doubtful: a list of {rule, detail, english}. NULL: nothing is, or a person has released them.
    ADD COLUMN held jsonb CHECK (held IS NULL OR (jsonb_typeof(held) = 'array' AND held <> '[]')),
    -- To be read again: what is imported for the period then takes its place.
    ADD COLUMN sent_back_at timestamptz,
    -- The period with the readings that took the place of these.
    ADD COLUMN superseded_by uuid,
    -- Of a contract that ends, and between the usual days (a customer moves).
    ADD COLUMN final boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT only_sound_readings_are_billed
        CHECK (bill_id IS NULL OR (held IS NULL AND superseded_by IS NULL));

ALTER TABLE readings
    -- Nobody has read it: the next true reading settles what it was wrong by.
    ADD COLUMN estimated boolean NOT NULL DEFAULT false;

-- One period of a month and cycle counts; what it took the place of is kept.
CREATE UNIQUE INDEX metered_periods_that_count ON metered_periods (customer_code, year, month, cycle)
    WHERE superseded_by IS NULL;
ALTER TABLE metered_periods DROP CONSTRAINT metered_periods_customer_code_year_month_cycle_key;
CREATE INDEX metered_periods_held ON metered_periods (period_id) WHERE held IS NOT NULL AND superseded_by IS NULL;

-- Who else a meter was read for, and what it showed last.
CREATE INDEX readings_of_meter ON readings (meter_number);
CREATE INDEX customers_of_meter ON customers ((facts #>> '{meter,meter_number}'));

-- What was done with doubtful readings and by whom, from the judgement that held them on. Never changed.
CREATE TABLE reading_acts (
    act_id uuid PRIMARY KEY,
    period_id uuid NOT NULL REFERENCES metered_periods,
    act text NOT NULL CHECK (act IN ('held', 'released', 'corrected', 'sent_back', 'replaced')),
    -- What was doubtful when it was done.
    doubts jsonb NOT NULL DEFAULT '[]',
    -- Why a person did it; '' for what a judgement did.
    reason text NOT NULL DEFAULT '',
    -- The period with the corrected or newly read readings.
    new_period_id uuid REFERENCES metered_periods,
    acted_at timestamptz NOT NULL,
    actor jsonb,
    CHECK ((act IN ('corrected', 'replaced')) = (new_period_id IS NOT NULL)),
    CHECK (act IN ('held', 'replaced') OR reason <> '')
);
CREATE INDEX reading_acts_of_period ON reading_acts (period_id, acted_at);
