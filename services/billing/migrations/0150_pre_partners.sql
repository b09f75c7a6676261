-- Payments that partners' computers make over /partner/v1 (ADR 62). Old copies of the service know nothing of these tables, and none of
-- what they write concerns them.
CREATE TABLE partners (
    partner_code text COLLATE "C" PRIMARY KEY CHECK (partner_code ~ '^[A-Z][A-Z0-9]{1,19}$'),
    name text NOT NULL,
    -- đồng of one business day that the partner may hold, less what it has cancelled.
    daily_ceiling bigint NOT NULL CHECK (daily_ceiling >= 0),
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
SELECT begin_money_history('partners', 'partner_code');

ALTER TABLE collection_points ADD COLUMN partner_code text COLLATE "C" REFERENCES partners;

-- A partner's own ids. One without a payment was cancelled before anything was recorded under it, and never will be a payment.
CREATE TABLE partner_payments (
    register_id uuid PRIMARY KEY,
    partner_code text COLLATE "C" NOT NULL REFERENCES partners,
    partner_payment_id text COLLATE "C" NOT NULL,
    business_date date NOT NULL,
    registered_at timestamptz NOT NULL,
    payment_id uuid UNIQUE REFERENCES payments CHECK (payment_id = register_id),
    collection_point_code text,
    customer_code text REFERENCES accounts,
    bill_ids uuid[] NOT NULL DEFAULT '{}',
    amount bigint CHECK (amount > 0),
    -- What the partner is owed for it, by the terms of its day.
    fee bigint NOT NULL DEFAULT 0 CHECK (fee >= 0),
    -- Until when the partner may take it back.
    cancellable_until timestamptz,
    UNIQUE (partner_code, partner_payment_id),
    CHECK (num_nulls(payment_id, collection_point_code, customer_code, amount, cancellable_until) IN (0, 5))
);
CREATE INDEX partner_payments_of_day ON partner_payments (partner_code, business_date);

-- What partners took back. Never changed.
CREATE TABLE partner_cancellations (
    register_id uuid PRIMARY KEY REFERENCES partner_payments,
    cancelled_at timestamptz NOT NULL,
    reason text NOT NULL,
    actor jsonb NOT NULL
);

-- Counted under a lock, so that two copies cannot both go up to the ceiling.
CREATE TABLE partner_days (
    partner_code text COLLATE "C" NOT NULL REFERENCES partners,
    business_date date NOT NULL,
    payments integer NOT NULL,
    paid bigint NOT NULL,
    cancellations integer NOT NULL DEFAULT 0,
    cancelled bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (partner_code, business_date),
    CHECK (cancelled BETWEEN 0 AND paid)
);
