-- Who printed a receipt first that was issued without a phone to print it, such as that of a transfer: its first printed
-- document is the receipt itself, and copies are counted after that. Only ever added, like receipts and copies.
CREATE TABLE first_print (
    receipt_id uuid PRIMARY KEY REFERENCES receipt,
    reprint_id uuid NOT NULL UNIQUE,
    requested_by text NOT NULL,
    reason text NOT NULL,
    device_id uuid NOT NULL,
    document_id uuid NOT NULL,
    printed_at timestamptz NOT NULL
);
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON first_print
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON first_print
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
