-- What a database knows of having been restored (ADR 83). Operators write here; a service only reads. Rows are only ever added.

-- This database was restored: no service works on it before its restore is released.
CREATE TABLE restores (
    restore_id uuid PRIMARY KEY,
    restored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    backup text NOT NULL,
    -- The moment that was asked for; NULL: as late as the log leads.
    target timestamptz,
    restored_by text NOT NULL
);
CREATE TABLE restore_releases (
    restore_id uuid PRIMARY KEY REFERENCES restores,
    released_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    released_by text NOT NULL,
    -- What the audit found; a person who releases all the same says why.
    violations integer NOT NULL CHECK (violations >= 0),
    reason text NOT NULL CHECK (violations = 0 OR reason <> '')
);
