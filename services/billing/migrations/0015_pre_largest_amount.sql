-- No payment and no cash box is larger than 100 tỷ đồng, whatever a service would record: the rule of the trade, which looks at
-- what is owed, stands before it. A trigger and no constraint: a constraint would refuse the reversal of what was recorded before.
CREATE FUNCTION refuse_implausible_amount() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE check_violation USING MESSAGE = format('no row of %s holds more than 100000000000 đồng', TG_TABLE_NAME);
END $$;

CREATE TRIGGER amount_is_plausible BEFORE INSERT OR UPDATE OF amount ON payments
    FOR EACH ROW WHEN (NEW.amount > 100000000000) EXECUTE FUNCTION refuse_implausible_amount();
CREATE TRIGGER float_is_plausible BEFORE INSERT ON shifts
    FOR EACH ROW WHEN (NEW.opening_float > 100000000000) EXECUTE FUNCTION refuse_implausible_amount();
CREATE TRIGGER count_is_plausible BEFORE UPDATE OF counted_cash ON shifts
    FOR EACH ROW WHEN (NEW.counted_cash > 100000000000) EXECUTE FUNCTION refuse_implausible_amount();
