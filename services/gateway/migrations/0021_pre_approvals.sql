-- What one person asks for and another approves (ADR 42). Only ever added: what was asked, decided and came of it.
CREATE TABLE approvals (
    -- The id of what is done once it is approved: of the reversal.
    approval_id uuid PRIMARY KEY,
    kind text NOT NULL,
    -- What it is done to: the payment.
    subject text COLLATE "C" NOT NULL,
    customer_code text COLLATE "C",
    unit_code text COLLATE "C" NOT NULL,
    amount bigint NOT NULL,
    reason text NOT NULL,
    asked_for jsonb NOT NULL,
    asked_by uuid NOT NULL REFERENCES staff,
    asked_at timestamptz NOT NULL,
    UNIQUE (approval_id, asked_by)
);
CREATE INDEX approvals_of_subject ON approvals (subject);
CREATE INDEX approvals_in_order ON approvals (asked_at);

CREATE TABLE approval_decisions (
    approval_id uuid PRIMARY KEY,
    asked_by uuid NOT NULL,
    decision text NOT NULL CHECK (decision IN ('approved', 'refused')),
    reason text NOT NULL,
    decided_by uuid NOT NULL REFERENCES staff,
    decided_at timestamptz NOT NULL,
    FOREIGN KEY (approval_id, asked_by) REFERENCES approvals (approval_id, asked_by),
    -- Whoever asked may take it back, and never approve it.
    CHECK (decision = 'refused' OR decided_by <> asked_by)
);

CREATE TABLE approval_outcomes (
    approval_id uuid PRIMARY KEY REFERENCES approval_decisions,
    -- done, or the slug of the refusal.
    outcome text NOT NULL,
    ended_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

SELECT begin_money_history('approvals', 'approval_id');
SELECT begin_money_history('approval_decisions', 'approval_id');
SELECT begin_history_of_others('approval_outcomes', 'approval_id');
