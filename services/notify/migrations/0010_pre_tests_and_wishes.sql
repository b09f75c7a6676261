-- SMS that try a provider out belong to nobody's visit, receipt or debt.
ALTER TABLE reminders
    ADD COLUMN is_trial boolean NOT NULL DEFAULT false,
    ADD COLUMN through text, -- the only provider that it may go to; null: those of its chain
    ADD COLUMN stopped text NOT NULL DEFAULT '', -- why it is not wanted any more, learned while it was handed over
    DROP CONSTRAINT reminders_subject,
    ADD CONSTRAINT reminders_subject
        CHECK (num_nonnulls(visit_id, receipt_id, debt_due_on) = CASE WHEN is_trial THEN 0 ELSE 1 END);
CREATE INDEX trials_of_phone ON reminders (phone, issued_at) WHERE is_trial;

-- The network that a number has been ported to: its prefix names another one.
CREATE TABLE ported_numbers (
    phone text PRIMARY KEY, -- E.164
    operator text NOT NULL,
    source text NOT NULL CHECK (source IN ('list', 'provider')), -- imported, or as a provider reported it
    noted_at timestamptz NOT NULL
);
ALTER TABLE delivery_reports ADD COLUMN operator text; -- the network that the provider names

-- In which language a customer wants messages: vi, vi-accents, en; null: as the unit has it.
ALTER TABLE accounts ADD COLUMN sms_language text;

-- The rate of each provider, which all copies share.
CREATE TABLE provider_paces (
    provider text PRIMARY KEY,
    full_at timestamptz NOT NULL -- when the provider takes a whole burst again, by the database's clock
);
