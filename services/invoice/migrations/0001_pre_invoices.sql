-- Since when bills are invoiced here: earlier ones are not expected to be.
CREATE TABLE invoicing_start (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    started_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO invoicing_start DEFAULT VALUES;

-- Sellers and the two letters at the end of their symbols.
CREATE TABLE sellers (
    tax_code text PRIMARY KEY CHECK (tax_code <> ''),
    suffix text NOT NULL UNIQUE CHECK (suffix ~ '^[A-Z]{2}$'),
    first_seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- How far the numbers of a template and symbol have come. The row is locked while numbers are taken: they have no gaps.
CREATE TABLE number_rows (
    symbol text PRIMARY KEY CHECK (symbol ~ '^[1-9][CK][0-9]{2}[TDLMNBGHXF][A-Z]{2}$'),
    seller_tax_code text NOT NULL REFERENCES sellers,
    year integer NOT NULL,
    last_number integer NOT NULL DEFAULT 0 CHECK (last_number BETWEEN 0 AND 99999999),
    last_made_at timestamptz,
    UNIQUE (seller_tax_code, year)
);

-- What is to be invoiced: a bill, or what a correction takes off a bill.
CREATE TABLE waiting_bills (
    -- The bill's id; of what is taken off, an id that follows from correction and bill.
    cause_id uuid PRIMARY KEY,
    bill_id uuid NOT NULL,
    correction_id uuid,
    principal bigint CHECK (principal >= 0),
    vat bigint CHECK (vat >= 0),
    reason text NOT NULL DEFAULT '',
    noted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- When billing was asked last what the bill says.
    asked_at timestamptz,
    -- Why no invoice can be made; a person looks at it, and has it tried again.
    problem text,
    CHECK ((correction_id IS NULL) = (principal IS NULL) AND (correction_id IS NULL) = (vat IS NULL))
);
CREATE INDEX waiting_bills_in_order ON waiting_bills (noted_at) WHERE problem IS NULL;

CREATE TABLE invoices (
    invoice_id uuid PRIMARY KEY,
    cause_id uuid NOT NULL UNIQUE,
    bill_id uuid NOT NULL,
    bill_number text NOT NULL,
    customer_code text NOT NULL,
    symbol text NOT NULL REFERENCES number_rows,
    number integer NOT NULL CHECK (number BETWEEN 1 AND 99999999),
    made_at timestamptz NOT NULL,
    made_on date NOT NULL,
    before_vat bigint NOT NULL,
    vat bigint NOT NULL,
    total bigint NOT NULL,
    relation text CHECK (relation IN ('adjusts', 'replaces')),
    related_id uuid REFERENCES invoices,
    lookup_code text NOT NULL UNIQUE,
    -- The element DLHDon, byte for byte what is signed.
    data bytea NOT NULL,
    -- The list (bảng kê) that has the lines; NULL where the invoice has them itself.
    itemised jsonb,
    UNIQUE (symbol, number),
    CHECK (total = before_vat + vat),
    CHECK ((relation IS NULL) = (related_id IS NULL)),
    CHECK (total >= 0 OR relation = 'adjusts')
);
CREATE INDEX invoices_of_bill ON invoices (bill_id);

-- Invoices that have their number and wait for their signature.
CREATE TABLE unsigned_invoices (
    invoice_id uuid PRIMARY KEY REFERENCES invoices,
    symbol text NOT NULL,
    number integer NOT NULL,
    UNIQUE (symbol, number)
);

CREATE TABLE certificates (
    fingerprint bytea PRIMARY KEY CHECK (length(fingerprint) = 32),
    der bytea NOT NULL,
    first_used_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE signatures (
    invoice_id uuid PRIMARY KEY REFERENCES invoices,
    signed_at timestamptz NOT NULL,
    fingerprint bytea NOT NULL REFERENCES certificates,
    signature bytea NOT NULL
);

-- Bills that need none: of 0 đồng, and of interest.
CREATE TABLE bills_without_invoice (
    bill_id uuid PRIMARY KEY,
    noted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Invoices are only ever added: the database itself refuses anything else, from their owner too.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: its rows are only ever added', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation',
              HINT = 'An invoice is adjusted or replaced by another one, never changed or deleted.';
END
$$;
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON invoices FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON invoices FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON signatures FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON signatures FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON certificates FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON sellers FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON number_rows FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Numbers are only ever taken.
CREATE FUNCTION refuse_step_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.last_number < OLD.last_number OR NEW.last_made_at < OLD.last_made_at
        OR (NEW.symbol, NEW.seller_tax_code, NEW.year) IS DISTINCT FROM (OLD.symbol, OLD.seller_tax_code, OLD.year)
    THEN
        RAISE EXCEPTION 'the numbers of % go on, not back', OLD.symbol USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER onwards_only BEFORE UPDATE ON number_rows FOR EACH ROW EXECUTE FUNCTION refuse_step_back();

SELECT begin_history_of_others('invoices', 'invoice_id', '{data}');
SELECT begin_history_of_others('signatures', 'invoice_id', '{signature}');
SELECT begin_history_of_others('number_rows', 'symbol');
