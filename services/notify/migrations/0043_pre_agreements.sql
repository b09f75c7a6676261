-- Instalment agreements, as billing reports them: while one is in force, its customer is neither reminded nor cut off.
CREATE TABLE agreements (
    agreement_id uuid PRIMARY KEY,
    customer_code text NOT NULL,
    is_in_force boolean NOT NULL, -- one that has ended stays so
    changed_at timestamptz NOT NULL -- by billing
);
CREATE INDEX agreements_in_force ON agreements (customer_code) WHERE is_in_force;
