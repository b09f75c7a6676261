-- `debt` and `oldest_due_date` are what may be asked for: without the bills that complaints are open about, as billing tells of them since
-- now. `disputed_version` is the version of the account that told; where it is not the account's, an earlier version of the service has
-- written the row, and nothing is asked for while a complaint is open.
ALTER TABLE accounts
    ADD COLUMN disputed_bills text[] NOT NULL DEFAULT '{}',
    ADD COLUMN disputed_debt bigint NOT NULL DEFAULT 0,
    ADD COLUMN disputed_version bigint NOT NULL DEFAULT -1;
