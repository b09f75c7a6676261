-- Reminders by SMS. The table is the schedule: copies of the service claim due rows, no timer holds anything.

-- What customers owe, as billing last said; a smaller version never replaces a greater one.
CREATE TABLE accounts (
    customer_code text PRIMARY KEY,
    version bigint NOT NULL,
    debt bigint NOT NULL
);

CREATE TABLE reminders (
    reminder_id uuid PRIMARY KEY,
    customer_code text NOT NULL,
    visit_id uuid NOT NULL,
    template text NOT NULL,
    template_version integer NOT NULL,
    language text NOT NULL,
    parameters text NOT NULL, -- JSON; the text is made again when it is sent, with the debt of that moment
    phone text, -- E.164
    text text NOT NULL,
    segments integer NOT NULL CHECK (segments > 0),
    state text NOT NULL
        CHECK (state IN ('scheduled', 'sending', 'sent', 'delivered', 'failed', 'unknown', 'cancelled')),
    cause text NOT NULL DEFAULT '', -- of its end, or of its waiting
    issued_at timestamptz NOT NULL, -- the notice
    due_at timestamptz NOT NULL,
    sent_at timestamptz,
    provider text,
    provider_reference text,
    provider_index integer NOT NULL DEFAULT 0, -- position in the list of providers of the next attempt
    attempts integer NOT NULL DEFAULT 0,
    lease_until timestamptz,
    UNIQUE (visit_id, template), -- one reminder per visit, whatever is repeated
    CHECK ((state = 'sending') = (lease_until IS NOT NULL))
);
CREATE INDEX reminders_due ON reminders (due_at) WHERE state = 'scheduled';
CREATE INDEX reminders_leased ON reminders (lease_until) WHERE state = 'sending';
CREATE INDEX reminders_of_customer ON reminders (customer_code, issued_at DESC);

-- Committed before the provider is called: a crash in between leaves a row without an outcome, which counts as sent.
CREATE TABLE attempts (
    reminder_id uuid NOT NULL REFERENCES reminders,
    number integer NOT NULL CHECK (number > 0),
    provider text NOT NULL,
    client_reference text NOT NULL,
    phone text NOT NULL,
    text text NOT NULL,
    segments integer NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    outcome text CHECK (outcome IN (
        'accepted', 'rejected_number', 'rejected_template', 'rejected_provider', 'throttled', 'not_sent', 'unknown')),
    provider_reference text,
    detail text NOT NULL DEFAULT '',
    PRIMARY KEY (reminder_id, number)
);
CREATE INDEX attempts_of_phone ON attempts (phone, started_at);

-- Numbers that get no SMS. Two-way SMS does not exist with a brandname: entries come from hotline, counter or web.
CREATE TABLE blocked_phones (
    phone text PRIMARY KEY, -- E.164
    cause text NOT NULL CHECK (cause IN ('opted_out', 'wrong_number')),
    note text NOT NULL,
    blocked_by text NOT NULL,
    blocked_at timestamptz NOT NULL
);
