-- Consumed events by the day of their ids, which are UUIDv7: the same id always lies in the same partition, so that it is there once. What is
-- no UUIDv7 lies in the default partition. Copies of the version before go on with the same statements.
SELECT lock_shortly('inbox');

ALTER TABLE inbox RENAME TO inbox_earlier;
ALTER TABLE inbox_earlier SET SCHEMA partitions;

CREATE TABLE inbox (
    consumer text NOT NULL,
    message_id uuid NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, message_id)
) PARTITION BY RANGE (message_id);
CREATE INDEX inbox_received ON inbox USING brin (received_at);
SELECT copy_rights('partitions.inbox_earlier', 'inbox');

-- An event that was sent late is kept as long after it was consumed as every other.
SELECT begin_partitions('inbox', 'day', 4, '30 days', 'received_at >= $1');
SELECT attach_earlier('inbox');
SELECT make_partitions('inbox', clock_timestamp());

-- Copies of the version before delete by the places of rows, which are the same in each partition.
CREATE FUNCTION refuse_forgetting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an event that was consumed lately is not forgotten: it could take effect again'
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER remembered BEFORE DELETE ON inbox FOR EACH ROW
    WHEN (OLD.received_at > now() - interval '29 days') EXECUTE FUNCTION refuse_forgetting();
