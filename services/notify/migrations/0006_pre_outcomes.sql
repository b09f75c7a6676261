-- Chains of providers, attempts whose outcome is looked for, delivery reports, and what SMS cost.

ALTER TABLE reminders
    ADD COLUMN tried text[] NOT NULL DEFAULT '{}', -- providers that certainly sent nothing since the last wait
    ADD COLUMN look_at timestamptz, -- of an unknown one: when its outcome is looked for again; null: unknown for good
    ADD COLUMN looks integer NOT NULL DEFAULT 0,
    ADD COLUMN sent_again boolean NOT NULL DEFAULT false; -- once more, after it stayed unknown for good
-- provider_index is not read any more: versions before this one still write it.
CREATE INDEX reminders_looked_for ON reminders (look_at) WHERE state = 'unknown' AND look_at IS NOT NULL;

ALTER TABLE attempts
    ADD COLUMN repeats boolean NOT NULL DEFAULT false, -- the same SMS once more, to a provider that recognises it
    ADD COLUMN operator text,
    ADD COLUMN cost bigint NOT NULL DEFAULT 0 CHECK (cost >= 0), -- đồng, if it is sent; 0 for a repetition
    ADD COLUMN bulk boolean NOT NULL DEFAULT false;
CREATE INDEX attempts_by_time ON attempts (started_at) INCLUDE (outcome, cost);
CREATE INDEX attempts_of_reference ON attempts (client_reference, provider);

-- The parts of what a provider has accepted, each with the provider's id where it has one of its own.
CREATE TABLE attempt_parts (
    reminder_id uuid NOT NULL,
    number integer NOT NULL,
    part integer NOT NULL CHECK (part > 0),
    provider text NOT NULL,
    reference text NOT NULL, -- in small letters, without leading zeros; empty where the provider gave none
    state text CHECK (state IN ('underway', 'delivered', 'failed', 'expired', 'unknown')),
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (reminder_id, number, part),
    FOREIGN KEY (reminder_id, number) REFERENCES attempts
);
CREATE INDEX parts_of_reference ON attempt_parts (provider, reference);

-- Everything that providers report, also of ids that nobody knows yet: the report may be faster than the answer.
CREATE TABLE delivery_reports (
    report_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fingerprint text NOT NULL UNIQUE, -- of all that was reported: a replay adds nothing
    provider text NOT NULL,
    provider_reference text, -- as it was reported
    reference text NOT NULL, -- as in attempt_parts
    converted text[] NOT NULL, -- the same number in the other base, for providers that answer in hex and report in decimal
    client_reference text,
    state text NOT NULL CHECK (state IN ('underway', 'delivered', 'failed', 'expired', 'unknown')),
    code text NOT NULL,
    occurred_at timestamptz, -- by the provider's clock
    received_at timestamptz NOT NULL,
    reminder_id uuid, -- once it is known which SMS it is about
    number integer
);
CREATE INDEX reports_unmatched ON delivery_reports (received_at) WHERE reminder_id IS NULL;
CREATE INDEX reports_of_reminder ON delivery_reports (reminder_id) WHERE reminder_id IS NOT NULL;
CREATE INDEX reports_of_provider ON delivery_reports (provider, received_at);

-- Providers that are left alone, the same for all copies. A row without open_until is a closed breaker.
CREATE TABLE provider_breakers (
    provider text PRIMARY KEY,
    opened_at timestamptz NOT NULL,
    open_until timestamptz, -- from then on one SMS shows whether it works again
    probe_until timestamptz, -- that SMS is under way
    openings integer NOT NULL, -- in a row, without success in between
    reason text NOT NULL
);
