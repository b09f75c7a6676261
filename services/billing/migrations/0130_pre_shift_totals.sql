-- What moved in each shift, kept with each payment and each reversal: adding up the payments under the locks of account and shift
-- cost more with each one of the day. Triggers keep it, so that no version and no tool can forget it; the audit adds up.
CREATE TABLE shift_totals (
    shift_id uuid PRIMARY KEY REFERENCES shifts,
    payments integer NOT NULL DEFAULT 0,
    cash bigint NOT NULL DEFAULT 0,
    reversals integer NOT NULL DEFAULT 0,
    reversed_cash bigint NOT NULL DEFAULT 0
-- A row changes with each payment of a day: the new version stays on its page.
) WITH (fillfactor = 50);

CREATE FUNCTION begin_shift_totals() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO shift_totals (shift_id) VALUES (NEW.shift_id);
    RETURN NULL;
END $$;

CREATE FUNCTION add_to_shift_totals() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE shift_totals SET payments = payments + 1, cash = cash + NEW.amount WHERE shift_id = NEW.shift_id;
    RETURN NULL;
END $$;

-- A payment counts as reversed in its shift only where the cash left this very box.
CREATE FUNCTION take_from_shift_totals() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE shift_totals AS kept SET payments = kept.payments - 1, cash = kept.cash - taken.amount,
        reversals = kept.reversals + 1, reversed_cash = kept.reversed_cash + taken.amount
    FROM payments AS taken
    WHERE taken.payment_id = NEW.payment_id AND taken.shift_id = NEW.shift_id AND kept.shift_id = NEW.shift_id;
    RETURN NULL;
END $$;

-- In the order in which a reversal and a payment write.
LOCK TABLE reversals, payments, shifts IN SHARE ROW EXCLUSIVE MODE;
CREATE TRIGGER shift_totals AFTER INSERT ON shifts FOR EACH ROW EXECUTE FUNCTION begin_shift_totals();
CREATE TRIGGER shift_totals AFTER INSERT ON payments FOR EACH ROW WHEN (NEW.shift_id IS NOT NULL)
    EXECUTE FUNCTION add_to_shift_totals();
CREATE TRIGGER shift_totals AFTER INSERT ON reversals FOR EACH ROW WHEN (NEW.shift_id IS NOT NULL)
    EXECUTE FUNCTION take_from_shift_totals();

-- Of open shifts alone, while nobody pays: closed ones do not change any more (0131).
INSERT INTO shift_totals (shift_id, payments, cash, reversals, reversed_cash)
SELECT shifts.shift_id,
    count(payments.payment_id) FILTER (WHERE reversals.reversal_id IS NULL),
    coalesce(sum(amount) FILTER (WHERE reversals.reversal_id IS NULL), 0),
    count(reversals.reversal_id),
    coalesce(sum(amount) FILTER (WHERE reversals.reversal_id IS NOT NULL), 0)
FROM shifts LEFT JOIN payments ON payments.shift_id = shifts.shift_id
    LEFT JOIN reversals ON reversals.payment_id = payments.payment_id AND reversals.shift_id = payments.shift_id
WHERE closed_at IS NULL
GROUP BY shifts.shift_id;
