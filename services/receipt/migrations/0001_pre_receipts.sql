-- Sellers and the two letters at the end of their series. Each seller keeps its letters over the years.
CREATE TABLE seller (
    tax_code text PRIMARY KEY CHECK (tax_code <> ''),
    suffix text NOT NULL UNIQUE CHECK (suffix ~ '^[A-Z]{2}$'),
    first_seen_at timestamptz NOT NULL
);

-- One row for each seller and year. It is locked while a number is taken, so numbers have no gaps.
CREATE TABLE series (
    series text PRIMARY KEY,
    seller_tax_code text NOT NULL REFERENCES seller,
    template text NOT NULL,
    year integer NOT NULL,
    last_number integer NOT NULL DEFAULT 0 CHECK (last_number BETWEEN 0 AND 99999999),
    last_link bytea NOT NULL CHECK (length(last_link) = 16),
    last_issued_at timestamptz,
    UNIQUE (seller_tax_code, template, year)
);

-- Signed receipts, and the receipts that void them.
CREATE TABLE receipt (
    receipt_id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('original', 'void')),
    series text NOT NULL REFERENCES series,
    number integer NOT NULL CHECK (number BETWEEN 1 AND 99999999),
    payment_id uuid NOT NULL,
    voids_receipt_id uuid UNIQUE REFERENCES receipt,
    customer_code text NOT NULL,
    collector_code text,
    total bigint NOT NULL,
    vat bigint NOT NULL,
    issued_at timestamptz NOT NULL,
    key_id bytea NOT NULL CHECK (length(key_id) = 4),
    token bytea NOT NULL,
    lookup_code text NOT NULL UNIQUE,
    content text NOT NULL,
    UNIQUE (series, number),
    UNIQUE (payment_id, kind),
    CHECK ((kind = 'void') = (voids_receipt_id IS NOT NULL)),
    CHECK (kind = 'original' OR total <= 0)
);
COMMENT ON COLUMN receipt.content IS
    'JSON: the event that caused the receipt, and the paper without its signature; its SHA-256 is in the token';

CREATE INDEX receipt_by_customer ON receipt (customer_code, issued_at DESC);

-- Copies (BẢN SAO lần n), counted.
CREATE TABLE reprint (
    reprint_id uuid PRIMARY KEY,
    receipt_id uuid NOT NULL REFERENCES receipt,
    copy_number integer NOT NULL CHECK (copy_number >= 1),
    requested_by text NOT NULL,
    reason text NOT NULL,
    device_id uuid,
    document_id uuid NOT NULL,
    reprinted_at timestamptz NOT NULL,
    UNIQUE (receipt_id, copy_number)
);

-- Receipts and copies are only ever added: the database itself refuses anything else, from their owner too.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: its rows are only ever added', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation',
              HINT = 'A receipt is voided by another receipt, never changed or deleted.';
END
$$;

CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON receipt
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON receipt
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON reprint
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON reprint
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON seller
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON series
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON series
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A series only ever takes the next number.
CREATE FUNCTION refuse_jump() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.last_number <> OLD.last_number + 1
        OR (NEW.series, NEW.seller_tax_code, NEW.template, NEW.year)
            IS DISTINCT FROM (OLD.series, OLD.seller_tax_code, OLD.template, OLD.year)
    THEN
        RAISE EXCEPTION 'series %: after number % comes %, not %',
            OLD.series, OLD.last_number, OLD.last_number + 1, NEW.last_number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER next_number_only BEFORE UPDATE ON series
    FOR EACH ROW EXECUTE FUNCTION refuse_jump();
