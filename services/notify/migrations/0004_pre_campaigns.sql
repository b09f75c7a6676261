-- Messages by date rules: what notify has to know about a customer to choose, address and write them.
ALTER TABLE accounts
    ADD COLUMN oldest_due_date date, -- of the open bills, as billing last reported it
    ADD COLUMN contact_version bigint NOT NULL DEFAULT 0, -- of the customer's facts below
    ADD COLUMN phone text, -- E.164
    ADD COLUMN unit_code text,
    ADD COLUMN unit_name text,
    ADD COLUMN unit_phone text,
    ADD COLUMN collector_code text,
    ADD COLUMN collector_name text,
    ADD COLUMN collector_phone text,
    ADD COLUMN active boolean NOT NULL DEFAULT true,
    ADD COLUMN promised_for timestamptz, -- when the customer is to pay, as agreed at the last visit
    ADD COLUMN promised_at_visit uuid;
CREATE INDEX accounts_due ON accounts (unit_code, oldest_due_date, customer_code) WHERE debt > 0;
CREATE INDEX accounts_of_phone ON accounts (phone) WHERE phone IS NOT NULL;

-- A message belongs to a visit, to a receipt, or to a debt: that whose oldest bill is due on a day.
ALTER TABLE reminders
    ADD COLUMN priority smallint NOT NULL DEFAULT 0 CHECK (priority IN (0, 1)), -- 0: somebody waits for it; 1: in bulk
    ADD COLUMN unit_code text,
    ADD COLUMN debt_due_on date,
    ADD COLUMN expires_at timestamptz, -- it is of no use later
    DROP CONSTRAINT reminders_check1,
    ADD CONSTRAINT reminders_subject CHECK (num_nonnulls(visit_id, receipt_id, debt_due_on) = 1);
CREATE UNIQUE INDEX reminders_of_debt ON reminders (customer_code, template, debt_due_on) WHERE debt_due_on IS NOT NULL;

-- Claimed by priority, then by time: a million messages in bulk do not delay the reminder of a visit.
DROP INDEX reminders_due;
CREATE INDEX reminders_due ON reminders (priority, due_at) WHERE state = 'scheduled';

-- Kinds of message that a number does not want; blocked_phones has the numbers that get none at all.
CREATE TABLE opt_outs (
    phone text NOT NULL, -- E.164
    kind text NOT NULL,
    note text NOT NULL,
    opted_out_by text NOT NULL,
    opted_out_at timestamptz NOT NULL,
    PRIMARY KEY (phone, kind)
);
