-- Cash that is given back after the shift that it was taken in was closed, or at a desk of the office, leaves no box that anybody
-- counts then: it is an item of the next settlement of whoever gives it back (ADR 64).
CREATE TABLE cash_given_back (
    reversal_id uuid PRIMARY KEY REFERENCES reversals,
    payment_id uuid NOT NULL UNIQUE REFERENCES payments,
    collector_code text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    -- The desk or the person of the office that gives it back; NULL: the collector does.
    office_id uuid,
    -- The settlement that it is an item of. Of the collector: the shift whose box it leaves. Of the office: the shift whose cash
    -- that desk or person has counted next. NULL: it waits for one.
    shift_id uuid REFERENCES shifts,
    settled_at timestamptz CHECK (isfinite(settled_at)),
    -- Given back before there were items: in no settlement, and nobody is asked for one now.
    settled_before boolean NOT NULL DEFAULT false,
    CHECK ((shift_id IS NULL) = (settled_at IS NULL))
);
CREATE INDEX cash_given_back_waits ON cash_given_back (collector_code, office_id) WHERE shift_id IS NULL AND NOT settled_before;
CREATE INDEX cash_given_back_in ON cash_given_back (shift_id);

-- The paper that proves a payment which was taken back: whether the office has it.
CREATE TABLE papers_asked_back (
    reversal_id uuid PRIMARY KEY REFERENCES reversals,
    asked_at timestamptz NOT NULL CHECK (isfinite(asked_at)),
    -- NULL: the customer still has it.
    returned_at timestamptz CHECK (isfinite(returned_at)),
    -- Who took it, as the edge has proven it.
    returned_to jsonb,
    CHECK ((returned_at IS NULL) = (returned_to IS NULL))
);
CREATE INDEX papers_to_come_back ON papers_asked_back (asked_at) WHERE returned_at IS NULL;

-- `cash` is what is in the box beside the float, as versions before read it: less what was given back out of it.
ALTER TABLE shift_totals
    ADD COLUMN given_back_items integer NOT NULL DEFAULT 0,
    ADD COLUMN given_back bigint NOT NULL DEFAULT 0;

-- By triggers, so that a version before this one makes an item as well: the collector's, which waits for the next settlement.
CREATE FUNCTION begin_cash_given_back() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO cash_given_back (reversal_id, payment_id, collector_code, amount)
    SELECT NEW.reversal_id, payment_id, collector_code, amount FROM payments
    WHERE payment_id = NEW.payment_id AND method = 'cash';
    RETURN NULL;
END $$;

CREATE FUNCTION take_given_back_from_shift_totals() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE shift_totals SET cash = cash - NEW.amount, given_back_items = given_back_items + 1,
        given_back = given_back + NEW.amount
    WHERE shift_id = NEW.shift_id;
    RETURN NULL;
END $$;

LOCK TABLE reversals IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO cash_given_back (reversal_id, payment_id, collector_code, amount, settled_before)
SELECT reversal_id, payment_id, collector_code, amount, true
FROM reversals JOIN payments USING (payment_id)
WHERE method = 'cash' AND reversals.shift_id IS NULL;
CREATE TRIGGER cash_given_back AFTER INSERT ON reversals FOR EACH ROW WHEN (NEW.shift_id IS NULL)
    EXECUTE FUNCTION begin_cash_given_back();
CREATE TRIGGER shift_totals AFTER UPDATE OF shift_id ON cash_given_back FOR EACH ROW
    WHEN (OLD.shift_id IS NULL AND NEW.shift_id IS NOT NULL AND NEW.office_id IS NULL)
    EXECUTE FUNCTION take_given_back_from_shift_totals();

SELECT begin_money_history('cash_given_back', 'reversal_id');
SELECT begin_money_history('papers_asked_back', 'reversal_id');
