-- What the receipts of a settled shift have earned its collector (ADR 75). Written once, when the shift is settled.
CREATE TABLE shift_commissions (
    shift_id uuid PRIMARY KEY REFERENCES shifts,
    collector_code text NOT NULL,
    unit_code text NOT NULL,
    -- Of the opening, in Vietnam: whose rule it is by.
    opened_on date NOT NULL,
    per_receipt bigint NOT NULL CHECK (per_receipt >= 0),
    -- Those that stood when the shift was settled.
    receipts integer NOT NULL CHECK (receipts >= 0),
    settled_at timestamptz NOT NULL CHECK (isfinite(settled_at)),
    -- In Vietnam: which month pays it.
    settled_on date NOT NULL
);
CREATE INDEX shift_commissions_by_day ON shift_commissions (settled_on, collector_code);

-- Receipts that have earned a commission and were taken back since: it is taken off with the next settlement of the collector.
CREATE TABLE commissions_taken_back (
    payment_id uuid PRIMARY KEY REFERENCES payments,
    -- The shift that has earned it.
    shift_id uuid NOT NULL REFERENCES shift_commissions,
    collector_code text NOT NULL,
    amount bigint NOT NULL CHECK (amount >= 0),
    -- The shift with whose commission it is taken off; NULL: it waits for one.
    settled_in uuid REFERENCES shift_commissions
);
CREATE INDEX commissions_taken_back_wait ON commissions_taken_back (collector_code) WHERE settled_in IS NULL;
CREATE INDEX commissions_taken_back_in ON commissions_taken_back (settled_in);
CREATE INDEX commissions_taken_back_of ON commissions_taken_back (shift_id);

-- By a trigger, so that a version before this one takes commissions back as well. Whoever reverses has locked the shift of the payment, and
-- so has whoever settles it.
CREATE FUNCTION take_commission_back() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO commissions_taken_back (payment_id, shift_id, collector_code, amount)
    SELECT payment_id, earned.shift_id, earned.collector_code, per_receipt
    FROM payments JOIN shift_commissions AS earned USING (shift_id)
    WHERE payment_id = NEW.payment_id;
    RETURN NULL;
END $$;
CREATE TRIGGER commissions AFTER INSERT ON reversals FOR EACH ROW EXECUTE FUNCTION take_commission_back();

SELECT begin_money_history('shift_commissions', 'shift_id');
SELECT begin_money_history('commissions_taken_back', 'payment_id');
