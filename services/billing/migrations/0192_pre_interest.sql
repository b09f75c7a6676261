-- Interest on late payment (ADR 71): days of a bill that were charged or waived. The next days begin behind the last ones, so that two that
-- settle the same day begin at the same one, which the key refuses.
CREATE TABLE interest_waivers (
    waiver_id uuid PRIMARY KEY,
    customer_code text NOT NULL REFERENCES accounts,
    until_day date NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    reason text NOT NULL CHECK (reason <> ''),
    asked_by text NOT NULL CHECK (asked_by <> ''),
    approved_by text NOT NULL CHECK (lower(approved_by) <> lower(asked_by)),
    waived_at timestamptz NOT NULL CHECK (isfinite(waived_at)),
    actor jsonb NOT NULL
);
CREATE INDEX interest_waivers_of_customer ON interest_waivers (customer_code);

CREATE TABLE settled_interest (
    settled_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bill_id uuid NOT NULL REFERENCES bills,
    first_day date NOT NULL CHECK (isfinite(first_day)),
    last_day date NOT NULL CHECK (last_day >= first_day AND isfinite(last_day)),
    interest bigint NOT NULL CHECK (interest > 0),
    charge_id uuid REFERENCES charges,
    waiver_id uuid REFERENCES interest_waivers,
    settled_at timestamptz NOT NULL CHECK (isfinite(settled_at)),
    UNIQUE (bill_id, first_day),
    CHECK (num_nonnulls(charge_id, waiver_id) = 1)
);
CREATE INDEX settled_interest_of_charge ON settled_interest (charge_id);
CREATE INDEX settled_interest_of_waiver ON settled_interest (waiver_id);

SELECT begin_money_history('interest_waivers', 'waiver_id');
SELECT begin_money_history('settled_interest', 'settled_id');
