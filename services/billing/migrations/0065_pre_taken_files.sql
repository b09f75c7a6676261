-- Files of readings from a watched folder, each taken once: by its content, whatever it is called.

CREATE TABLE taken_files (
    sha256 text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- What the import did, and the lines that it left out: what lies beside the file, should it get lost.
    report jsonb NOT NULL,
    rejects text
);
