-- Complaints about bills, as the customer service reports them, in whatever order: one is open that was recorded and not settled.
CREATE TABLE bill_complaints (
    complaint_id uuid PRIMARY KEY,
    customer_code text NOT NULL,
    bill_number text NOT NULL,
    recorded_at timestamptz,
    settled_at timestamptz,
    CHECK (recorded_at IS NOT NULL OR settled_at IS NOT NULL)
);
CREATE INDEX bill_complaints_open ON bill_complaints (customer_code) WHERE settled_at IS NULL;

-- The bills that open complaints are about, with whatever corrected them and what they correct. Written anew under the lock of the
-- account whenever a complaint or a correction changes something. Few rows: an account is read with a look into this index.
CREATE TABLE disputed_bills (
    customer_code text NOT NULL,
    bill_id uuid NOT NULL REFERENCES bills,
    PRIMARY KEY (customer_code, bill_id)
);
