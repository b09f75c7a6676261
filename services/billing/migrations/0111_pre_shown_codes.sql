-- VietQR codes that phones have shown, as the gateway tells: whose a bank credit with their reference is, and which phone prints its
-- receipt. Deleted after some weeks.
CREATE TABLE shown_codes (
    transfer_id uuid PRIMARY KEY,
    -- Letters and digits only: banks change or leave out the rest.
    reference text COLLATE "C" NOT NULL,
    customer_code text NOT NULL,
    device_id uuid NOT NULL,
    shown_at timestamptz NOT NULL
);
CREATE INDEX shown_codes_by_reference ON shown_codes (reference, shown_at DESC);
CREATE INDEX shown_codes_by_time ON shown_codes (shown_at);
