-- What came of the visits, and where each customer stands in the procedure.

-- One row per customer that billing has reported on or a collector has visited: the account as billing last reported
-- it, and where the visits for the present debt have led. The row is also the lock under which both change.
CREATE TABLE standings (
    customer_code text COLLATE "C" PRIMARY KEY,
    account_version bigint NOT NULL DEFAULT 0,
    debt bigint NOT NULL DEFAULT 0,
    credit bigint NOT NULL DEFAULT 0,
    open_bills integer NOT NULL DEFAULT 0,
    oldest_due_date date,
    -- The greatest account version at which nothing was owed: the present debt is younger.
    cleared_version bigint NOT NULL DEFAULT 0,
    cleared_at timestamptz,
    step text NOT NULL DEFAULT 'settled',
    misses integer NOT NULL DEFAULT 0,
    appointment timestamptz
);

CREATE TABLE visits (
    visit_id uuid PRIMARY KEY,
    customer_code text COLLATE "C" NOT NULL REFERENCES customers,
    collector_code text COLLATE "C" NOT NULL REFERENCES collectors,
    device_id uuid,
    outcome text NOT NULL,
    visited_at timestamptz NOT NULL,
    appointment timestamptz,
    note text NOT NULL,
    next_step text NOT NULL,
    misses integer NOT NULL,
    -- What was known of the account when the visit was recorded: tells which debt the visit was for.
    account_version bigint NOT NULL
);
CREATE INDEX visits_of_customer ON visits (customer_code, visited_at DESC);

-- What was asked and answered, so that a repeated request gets the same answer. One visit may be recorded twice:
-- as met, and after that as cannot_pay.
CREATE TABLE visit_records (
    visit_id uuid NOT NULL REFERENCES visits,
    outcome text NOT NULL,
    fingerprint text NOT NULL,
    answer jsonb NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (visit_id, outcome)
);
