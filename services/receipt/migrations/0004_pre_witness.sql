-- The tree over all receipts (RFC 6962), whose checkpoints go to places outside of this database. A register that lost
-- receipts is recovered by a person and goes on as another tree: the next epoch.
CREATE TABLE log_epoch (
    epoch integer PRIMARY KEY CHECK (epoch >= 1),
    begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    begun_by text NOT NULL,
    reason text NOT NULL,
    superseded text
);
COMMENT ON COLUMN log_epoch.superseded IS 'The signed checkpoint that the recovery has declared lost';
INSERT INTO log_epoch (epoch, begun_by, reason) VALUES (1, 'migration', 'the first tree');

-- The right edge of the tree: all that is needed to add leaves and to name the root.
CREATE TABLE log_edge (
    epoch integer PRIMARY KEY REFERENCES log_epoch,
    size bigint NOT NULL CHECK (size >= 0),
    edge bytea[] NOT NULL
);
INSERT INTO log_edge VALUES (1, 0, '{}');

-- The order of the leaves: receipts of one series with numbers that follow one another.
CREATE TABLE log_segment (
    epoch integer NOT NULL REFERENCES log_epoch,
    first_position bigint NOT NULL CHECK (first_position >= 0),
    series text NOT NULL REFERENCES series,
    first_number integer NOT NULL,
    last_number integer NOT NULL CHECK (last_number >= first_number),
    PRIMARY KEY (epoch, first_position),
    UNIQUE (epoch, series, last_number)
);

-- Checkpoints that are kept, and how far each place outside has got them.
CREATE TABLE checkpoint (
    checkpoint_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    epoch integer NOT NULL REFERENCES log_epoch,
    size bigint NOT NULL,
    issued_at timestamptz NOT NULL,
    daily boolean NOT NULL,
    note text NOT NULL
);
CREATE INDEX checkpoint_by_size ON checkpoint (epoch, size);
CREATE TABLE checkpoint_delivery (
    place text PRIMARY KEY,
    checkpoint_id bigint NOT NULL
);

-- Numbers that a recovery has declared lost: they may have been signed, and are never taken again.
CREATE TABLE series_gap (
    series text NOT NULL REFERENCES series,
    first_number integer NOT NULL CHECK (first_number >= 1),
    last_number integer NOT NULL CHECK (last_number BETWEEN first_number AND 99999999),
    link bytea NOT NULL CHECK (length(link) = 16),
    epoch integer NOT NULL REFERENCES log_epoch,
    declared_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (series, first_number)
);
COMMENT ON COLUMN series_gap.link IS 'What the receipt behind the gap holds in place of the hash of the one before it';

-- Receipts of such numbers that customers showed: their signature is right, what was stored with them is lost.
CREATE TABLE recovered_receipt (
    lookup_code text PRIMARY KEY,
    series text NOT NULL,
    number integer NOT NULL,
    token bytea NOT NULL,
    recovered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    recovered_by text NOT NULL
);
CREATE INDEX recovered_receipt_by_number ON recovered_receipt (series, number);

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['log_epoch', 'log_segment', 'checkpoint', 'series_gap', 'recovered_receipt'] LOOP
        EXECUTE format('CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON %I
            FOR EACH ROW EXECUTE FUNCTION refuse_change()', name);
        EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
    END LOOP;
END
$$;

-- A series takes its next number, or goes behind a gap that was declared.
CREATE OR REPLACE FUNCTION refuse_jump() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.series, NEW.seller_tax_code, NEW.template, NEW.year)
            IS DISTINCT FROM (OLD.series, OLD.seller_tax_code, OLD.template, OLD.year)
        OR (NEW.last_number <> OLD.last_number + 1 AND NOT EXISTS (
            SELECT FROM series_gap AS g
            WHERE g.series = NEW.series AND g.first_number = OLD.last_number + 1 AND g.last_number = NEW.last_number
        ))
    THEN
        RAISE EXCEPTION 'series %: after number % comes %, not %',
            OLD.series, OLD.last_number, OLD.last_number + 1, NEW.last_number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
