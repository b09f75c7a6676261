-- Bank credits that wait for a person in billing, and whom their texts name: nobody of them is cut off meanwhile.
CREATE TABLE waiting_credits (
    credit_id uuid PRIMARY KEY,
    customer_codes text[] NOT NULL,
    is_waiting boolean NOT NULL,
    changed_at timestamptz NOT NULL -- by billing; the later one counts
);
CREATE INDEX waiting_credits_of_customer ON waiting_credits USING gin (customer_codes) WHERE is_waiting;
