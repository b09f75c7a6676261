-- What the system itself knows of its backups (ADR 82): backups that were made and verified, and drills that restored one. Operators write
-- here, with the rights of the server's administrator; a service only reads. Rows are only ever added. Filled in billing's database alone, as
-- the reports of audits are.
CREATE TABLE backup_records (
    record bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('backup', 'drill')),
    begun_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL CHECK (ended_at >= begun_at),
    backup text NOT NULL,
    -- A drill's: from the first byte that was read until services could be started.
    seconds double precision NOT NULL CHECK (seconds >= 0),
    clean boolean NOT NULL,
    noted_by text NOT NULL
);
CREATE INDEX backup_records_by_end ON backup_records (kind, ended_at);
