-- Who asked for what was done, as the edge has proven it, and the ids under which the act is found in logs and traces. NULL
-- for what a version before recorded.
ALTER TABLE recorded_answers
    ADD COLUMN actor jsonb,
    ADD COLUMN correlation_id text,
    -- What the caller outside named it: a note.
    ADD COLUMN external_correlation_id text;

-- What was done that has no row of its own to be kept in: imports, devices let in and thrown out, opt-outs, commands of
-- operators. Only ever added.
CREATE TABLE acts (
    act_id uuid PRIMARY KEY,
    what text NOT NULL,
    subject text NOT NULL,
    facts jsonb NOT NULL,
    actor jsonb NOT NULL,
    correlation_id text NOT NULL,
    external_correlation_id text,
    acted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX acts_of_subject ON acts (subject, acted_at);
