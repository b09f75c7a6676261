-- Cash that a collector hands in while the shift is open (ADR 74): to a cashier, who counts it, or at a bank, by a deposit slip.
CREATE TABLE hand_ins (
    hand_in_id uuid PRIMARY KEY,
    shift_id uuid NOT NULL REFERENCES shifts,
    collector_code text NOT NULL,
    place text NOT NULL CHECK (place IN ('cashier', 'bank')),
    -- As the collector says, đồng.
    amount bigint NOT NULL CHECK (amount > 0),
    denominations json NOT NULL DEFAULT '{}',
    -- Of the bank's deposit slip; letters and digits in capitals.
    slip_number text COLLATE "C" NOT NULL DEFAULT '',
    stated_at timestamptz NOT NULL CHECK (isfinite(stated_at)),
    stated_by text NOT NULL,
    device_id uuid NOT NULL,
    actor jsonb NOT NULL,
    CHECK ((place = 'bank') = (slip_number <> ''))
);
CREATE INDEX hand_ins_of_shift ON hand_ins (shift_id);
CREATE INDEX hand_ins_stated ON hand_ins (stated_at DESC, hand_in_id);
-- One deposit is told once, whoever tells of it.
CREATE UNIQUE INDEX hand_ins_by_slip ON hand_ins (slip_number) WHERE place = 'bank';

-- What a cashier has counted, or what the bank or the office says of a deposit. Once for each, and never changed.
CREATE TABLE hand_in_counts (
    hand_in_id uuid PRIMARY KEY REFERENCES hand_ins,
    counted_cash bigint NOT NULL CHECK (counted_cash >= 0),
    -- Counted less stated.
    difference bigint NOT NULL,
    denominations json NOT NULL DEFAULT '{}',
    reason text NOT NULL DEFAULT '',
    counted_by text NOT NULL,
    -- NULL: the bank's own word.
    device_id uuid,
    -- The bank credit that the deposit is.
    credit_id uuid UNIQUE REFERENCES bank_credits,
    counted_at timestamptz NOT NULL CHECK (isfinite(counted_at)),
    actor jsonb NOT NULL
);

-- The bank's slip as the collector has photographed it. Deleted after a time; the hand-in stays.
CREATE TABLE slip_photos (
    hand_in_id uuid PRIMARY KEY REFERENCES hand_ins,
    jpeg bytea NOT NULL CHECK (length(jpeg) <= 45000),
    kept_at timestamptz NOT NULL
);
CREATE INDEX slip_photos_by_age ON slip_photos (kept_at);

-- `cash` is less by what was handed in, as versions before read it. `unproven`: deposits that neither bank nor office has confirmed: they
-- have left the box, and count to the ceiling.
ALTER TABLE shift_totals
    ADD COLUMN hand_ins integer NOT NULL DEFAULT 0,
    ADD COLUMN handed_in bigint NOT NULL DEFAULT 0,
    ADD COLUMN unproven bigint NOT NULL DEFAULT 0;
CREATE INDEX shift_totals_unproven ON shift_totals (shift_id) WHERE unproven > 0;

CREATE FUNCTION take_deposit_from_shift_totals() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE shift_totals SET cash = cash - NEW.amount, hand_ins = hand_ins + 1, handed_in = handed_in + NEW.amount,
        unproven = unproven + NEW.amount
    WHERE shift_id = NEW.shift_id;
    RETURN NULL;
END $$;

-- Of a deposit the amount that left the box was stated: what the bank has more or less is the difference of the hand-in.
CREATE FUNCTION take_count_from_shift_totals() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE shift_totals AS kept SET
        cash = cash - CASE place WHEN 'cashier' THEN NEW.counted_cash ELSE 0 END,
        hand_ins = kept.hand_ins + CASE place WHEN 'cashier' THEN 1 ELSE 0 END,
        handed_in = handed_in + CASE place WHEN 'cashier' THEN NEW.counted_cash ELSE 0 END,
        unproven = unproven - CASE place WHEN 'bank' THEN stated.amount ELSE 0 END
    FROM hand_ins AS stated
    WHERE stated.hand_in_id = NEW.hand_in_id AND kept.shift_id = stated.shift_id;
    RETURN NULL;
END $$;

CREATE TRIGGER shift_totals AFTER INSERT ON hand_ins FOR EACH ROW WHEN (NEW.place = 'bank')
    EXECUTE FUNCTION take_deposit_from_shift_totals();
CREATE TRIGGER shift_totals AFTER INSERT ON hand_in_counts FOR EACH ROW EXECUTE FUNCTION take_count_from_shift_totals();

SELECT begin_money_history('hand_ins', 'hand_in_id', digested => '{denominations}');
SELECT begin_money_history('hand_in_counts', 'hand_in_id', digested => '{denominations}');
