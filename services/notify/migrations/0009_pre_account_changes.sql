-- What has changed since a campaign was scheduled: planning it again does not look at a million finished messages.
-- By the database's clock. A version before this one does not set it: what it changes is found within the hour.
ALTER TABLE accounts ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX accounts_changed ON accounts (changed_at);
CREATE INDEX accounts_promised ON accounts (promised_for) WHERE promised_for IS NOT NULL;
