-- What a customer owes, agreed to be paid in parts (ADR 71). The parts are filled by what is paid of its bills, whatever the payment was meant
-- for: nothing is counted here that could differ from the bills.
CREATE TABLE instalment_agreements (
    agreement_id uuid PRIMARY KEY,
    sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    customer_code text NOT NULL REFERENCES accounts,
    -- All that was open when it was made.
    amount bigint NOT NULL CHECK (amount > 0),
    -- A part that is late by more days than this breaks it: as the unit's rule was on the day of the agreement.
    late_days integer NOT NULL CHECK (late_days >= 0),
    paper text NOT NULL CHECK (paper <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    asked_by text NOT NULL CHECK (asked_by <> ''),
    approved_by text NOT NULL CHECK (lower(approved_by) <> lower(asked_by)),
    agreed_at timestamptz NOT NULL CHECK (isfinite(agreed_at)),
    actor jsonb NOT NULL,
    state text NOT NULL DEFAULT 'in_force' CHECK (state IN ('in_force', 'kept', 'broken', 'ended')),
    ended_at timestamptz CHECK (isfinite(ended_at)),
    end_reason text CHECK (end_reason <> ''),
    ended_by jsonb,
    CHECK ((state = 'in_force') = (ended_at IS NULL)),
    CHECK (num_nonnulls(ended_at, end_reason, ended_by) IN (0, 3))
);
-- What is owed is agreed about once at a time.
CREATE UNIQUE INDEX agreements_in_force ON instalment_agreements (customer_code) WHERE state = 'in_force';
CREATE INDEX agreements_of_customer ON instalment_agreements (customer_code, sequence);

CREATE TABLE agreement_parts (
    part_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agreement_id uuid NOT NULL REFERENCES instalment_agreements,
    due_on date NOT NULL CHECK (isfinite(due_on)),
    amount bigint NOT NULL CHECK (amount > 0),
    UNIQUE (agreement_id, due_on)
);
CREATE TABLE agreement_bills (
    agreed_bill_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agreement_id uuid NOT NULL REFERENCES instalment_agreements,
    bill_id uuid NOT NULL REFERENCES bills,
    -- What was open of it.
    amount bigint NOT NULL CHECK (amount > 0),
    UNIQUE (agreement_id, bill_id)
);
CREATE INDEX agreements_of_bill ON agreement_bills (bill_id);

SELECT begin_money_history('instalment_agreements', 'agreement_id');
SELECT begin_money_history('agreement_parts', 'part_id');
SELECT begin_money_history('agreement_bills', 'agreed_bill_id');
