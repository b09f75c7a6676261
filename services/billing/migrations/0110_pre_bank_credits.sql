-- Money on the utility's bank accounts, as banks and their go-betweens tell of it (ADR 57): the facts, which stay, apart from what
-- payers wrote, which is deleted some weeks after the credit is settled.
CREATE TABLE bank_credits (
    credit_id uuid PRIMARY KEY,
    account_number text COLLATE "C" NOT NULL,
    outgoing boolean NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    -- In Vietnam.
    booked_on date NOT NULL,
    transacted_at timestamptz NOT NULL,
    -- The bank's own; '' where no source told one.
    reference text NOT NULL,
    -- Of the account after it.
    balance bigint,
    state text NOT NULL CHECK (state IN ('new', 'booked', 'unmatched', 'dismissed', 'outgoing')),
    -- Why a person has to look; found when it is taken or when it is matched.
    reason text,
    customer_code text REFERENCES accounts,
    payment_id uuid UNIQUE REFERENCES payments,
    matched_by text CHECK (matched_by IN ('reference', 'customer_code', 'payment', 'person')),
    taken_at timestamptz NOT NULL,
    settled_at timestamptz,
    CHECK (num_nulls(customer_code, payment_id, matched_by) = CASE WHEN state = 'booked' THEN 0 ELSE 3 END),
    CHECK (outgoing = (state = 'outgoing') OR state = 'new'),
    CHECK ((state IN ('new', 'unmatched')) = (settled_at IS NULL)),
    CHECK (state <> 'unmatched' OR reason IS NOT NULL)
);
CREATE INDEX bank_credits_alike ON bank_credits (account_number, amount, booked_on);
CREATE INDEX bank_credits_waiting ON bank_credits (credit_id) WHERE state IN ('new', 'unmatched');
CREATE INDEX bank_credits_of_customer ON bank_credits (customer_code) WHERE customer_code IS NOT NULL;

-- Who told of a credit: each source once by its own id.
CREATE TABLE credit_sightings (
    source text COLLATE "C" NOT NULL,
    source_id text COLLATE "C" NOT NULL,
    credit_id uuid NOT NULL REFERENCES bank_credits,
    amount bigint NOT NULL,
    outgoing boolean NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (source, source_id)
);
CREATE INDEX credit_sightings_of_credit ON credit_sightings (credit_id);

-- What is sensitive of a credit. Rows are deleted some time after the credit is settled, `raw` as soon as it is.
CREATE TABLE credit_texts (
    credit_id uuid PRIMARY KEY REFERENCES bank_credits,
    content text NOT NULL,
    counter_name text NOT NULL,
    counter_account text NOT NULL,
    counter_bank text NOT NULL,
    raw text
);

-- What was decided over a credit and by whom. Never changed.
CREATE TABLE credit_acts (
    act_id uuid PRIMARY KEY,
    credit_id uuid NOT NULL REFERENCES bank_credits,
    act text NOT NULL CHECK (act IN ('booked', 'left', 'dismissed', 'reopened', 'contradicted')),
    customer_code text,
    payment_id uuid,
    reason text NOT NULL,
    acted_at timestamptz NOT NULL,
    actor jsonb NOT NULL
);
CREATE INDEX credit_acts_of_credit ON credit_acts (credit_id, act_id);
CREATE INDEX credit_acts_of_payment ON credit_acts (payment_id) WHERE payment_id IS NOT NULL;

-- Customers whose code begins with what a bank has left of one.
CREATE INDEX accounts_by_code ON accounts (customer_code COLLATE "C");

SELECT begin_money_history('bank_credits', 'credit_id');
