-- Files in which partners say what they took, compared with the register (ADR 63). Old copies of the service know nothing of them.
CREATE TABLE partner_files (
    sha256 text PRIMARY KEY,
    partner_code text COLLATE "C" NOT NULL REFERENCES partners,
    business_date date NOT NULL,
    name text NOT NULL,
    taken_at timestamptz NOT NULL,
    late boolean NOT NULL,
    lines integer NOT NULL,
    paid bigint NOT NULL,
    cancelled bigint NOT NULL,
    verdicts jsonb NOT NULL,
    result text NOT NULL,
    actor jsonb NOT NULL
);
CREATE INDEX partner_files_of_day ON partner_files (partner_code, business_date, taken_at);

-- What stands differently there and here, until it is settled.
CREATE TABLE partner_differences (
    difference_id uuid PRIMARY KEY,
    partner_code text COLLATE "C" NOT NULL REFERENCES partners,
    business_date date NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('MISSING_HERE', 'MISSING_THERE', 'AMOUNT_DIFFERS', 'DUPLICATE')),
    kind text NOT NULL CHECK (kind IN ('PAY', 'REV')),
    partner_payment_id text COLLATE "C" NOT NULL,
    customer_code text NOT NULL,
    their_amount bigint,
    our_amount bigint,
    found_at timestamptz NOT NULL,
    sha256 text NOT NULL REFERENCES partner_files,
    settled_at timestamptz,
    settlement text,
    reason text NOT NULL DEFAULT '',
    settled_by jsonb,
    CHECK (num_nulls(settled_at, settlement, settled_by) IN (0, 3))
);
CREATE INDEX partner_differences_open ON partner_differences (difference_id) WHERE settled_at IS NULL;
CREATE INDEX partner_differences_of_day ON partner_differences (partner_code, business_date);
SELECT begin_money_history('partner_differences', 'difference_id');
