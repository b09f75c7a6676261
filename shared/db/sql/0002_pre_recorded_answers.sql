-- What was asked and answered, so that a repeated request gets the same answer and another one under its id is refused.
-- Kept by shared/idempotency.py; services never touch it.
--
-- Billing had such a table of its own before. It goes on under this name, with what is in it, and copies of the version
-- before use it through a view until the last of them is gone (billing's 0003_post).
DO $$
BEGIN
    IF to_regclass('answers') IS NULL THEN
        CREATE TABLE recorded_answers (
            message_name text NOT NULL,
            request_id uuid NOT NULL,
            -- NULL for answers of the version before.
            fingerprint text,
            -- As the version before computed it.
            earlier_fingerprint text,
            answer text NOT NULL,
            answered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (message_name, request_id)
        );
    ELSE
        ALTER TABLE answers RENAME TO recorded_answers;
        ALTER TABLE recorded_answers RENAME CONSTRAINT answers_pkey TO recorded_answers_pkey;
        ALTER TABLE recorded_answers RENAME COLUMN fingerprint TO earlier_fingerprint;
        ALTER TABLE recorded_answers ALTER COLUMN earlier_fingerprint DROP NOT NULL;
        ALTER TABLE recorded_answers ADD COLUMN fingerprint text;
        CREATE VIEW answers AS
            SELECT message_name, request_id, earlier_fingerprint AS fingerprint, answer, answered_at
            FROM recorded_answers;
    END IF;
END
$$;
