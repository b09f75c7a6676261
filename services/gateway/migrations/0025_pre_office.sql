-- When each device was last on the stream, and with which version of the app: what the office sees of it.
CREATE TABLE device_contacts (
    device_id uuid PRIMARY KEY REFERENCES devices,
    app_version text NOT NULL,
    contact_at timestamptz NOT NULL
);

-- The office looks at the papers of a customer.
CREATE INDEX print_jobs_of_customer ON print_jobs (customer_code, created_at DESC) WHERE customer_code IS NOT NULL;
