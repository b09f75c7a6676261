-- Events by the day on which they were written down. Copies of the version before go on with the same statements.
SELECT lock_shortly('outbox');

DROP TRIGGER history_of_others ON outbox;
ALTER TABLE outbox RENAME TO outbox_earlier;
ALTER TABLE outbox_earlier SET SCHEMA partitions;
-- 0014 has made it beside the work; where that was interrupted, it is made here.
DO $$
BEGIN
    IF NOT coalesce((SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('partitions.outbox_key')), false) THEN
        DROP INDEX IF EXISTS partitions.outbox_key;
        CREATE UNIQUE INDEX outbox_key ON partitions.outbox_earlier (position, created_at);
    END IF;
END
$$;
ALTER TABLE partitions.outbox_earlier DROP CONSTRAINT outbox_pkey;
ALTER TABLE partitions.outbox_earlier ADD CONSTRAINT outbox_pkey PRIMARY KEY USING INDEX outbox_key;

CREATE TABLE outbox (
    position bigint GENERATED ALWAYS AS IDENTITY,
    message_id uuid NOT NULL,
    routing_key text NOT NULL,
    aggregate text,
    correlation_id text NOT NULL,
    causation_id text,
    traceparent text,
    body text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    not_before timestamptz,
    refusals integer NOT NULL DEFAULT 0,
    published_at timestamptz,
    PRIMARY KEY (position, created_at)
) PARTITION BY RANGE (created_at);
CREATE INDEX outbox_waiting ON outbox (position) WHERE published_at IS NULL;
CREATE INDEX outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL;
SELECT copy_rights('partitions.outbox_earlier', 'outbox');

-- Positions go on.
SELECT setval('outbox_position_seq', last_value, is_called) FROM partitions.outbox_position_seq;
ALTER TABLE partitions.outbox_earlier ALTER COLUMN position DROP IDENTITY;

SELECT begin_partitions('outbox', 'day', 4, '30 days', 'published_at IS NULL OR published_at >= $1');
SELECT attach_earlier('outbox');
SELECT make_partitions('outbox', clock_timestamp());
SELECT begin_history_of_others('outbox', 'message_id', '{body}');
