-- Receipts that were issued while nothing could sign: numbered and chained like others, and signed later as a range.
CREATE TABLE unsigned_receipt (
    series text NOT NULL REFERENCES series,
    number integer NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (series, number)
);
CREATE TABLE late_signature (
    series text NOT NULL REFERENCES series,
    first_number integer NOT NULL CHECK (first_number > 0),
    last_number integer NOT NULL CHECK (last_number >= first_number),
    -- COSE_Sign1 over the range and the link behind its last receipt (services/receipt/signatures/late.py).
    message bytea NOT NULL,
    signed_at timestamptz NOT NULL,
    PRIMARY KEY (series, first_number)
);
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON late_signature FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON late_signature FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
SELECT begin_history_of_others('unsigned_receipt', 'number');
SELECT begin_history_of_others('late_signature', 'first_number');
