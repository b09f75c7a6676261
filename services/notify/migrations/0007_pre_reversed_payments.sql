-- Payments that were reversed: their receipts may be reported later, and no thanks are sent for them.
CREATE TABLE reversed_payments (
    payment_id uuid PRIMARY KEY,
    reversed_at timestamptz NOT NULL
);
