-- Complaints about bills, as the customer service reports them, in whatever order: one is open that was recorded and not settled.
CREATE TABLE complaints (
    complaint_id uuid PRIMARY KEY,
    customer_code text NOT NULL,
    bill_number text NOT NULL,
    recorded_at timestamptz,
    settled_at timestamptz,
    CHECK (recorded_at IS NOT NULL OR settled_at IS NOT NULL)
);
CREATE INDEX complaints_open ON complaints (customer_code) WHERE settled_at IS NULL;
