-- Payment codes that phones have shown: a transfer that arrives with one prints its receipt on that phone.
CREATE TABLE transfer_codes (
    transfer_id uuid PRIMARY KEY,
    device_id uuid NOT NULL REFERENCES devices,
    collector_code text NOT NULL,
    customer_code text COLLATE "C" NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    -- Letters and digits only: banks change or leave out the rest.
    reference text COLLATE "C" NOT NULL CHECK (reference ~ '^[0-9A-Z]{8,25}$'),
    shown_at timestamptz NOT NULL
);
CREATE INDEX transfer_codes_of_customer ON transfer_codes (customer_code, shown_at DESC);

-- Visits that were taken back: a notice that is ready only after that is not printed.
CREATE TABLE withdrawn_visits (
    visit_id uuid PRIMARY KEY,
    withdrawn_at timestamptz NOT NULL
);
