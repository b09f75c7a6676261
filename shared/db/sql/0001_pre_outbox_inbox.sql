-- Every service has these two tables in its own database, because a message and the change that it belongs to are
-- committed together. Kept by shared/messaging; services never touch them.

CREATE TABLE outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id uuid NOT NULL,
    routing_key text NOT NULL,
    aggregate text,
    correlation_id text NOT NULL,
    causation_id text,
    traceparent text,
    body text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Not to be sent before this moment: asked for by the emitter, or the next try after the broker refused it.
    not_before timestamptz,
    refusals integer NOT NULL DEFAULT 0,
    -- When the broker took responsibility; the row then is the archive, until it is pruned.
    published_at timestamptz
);

-- The relay reads what waits, not from where it stopped: positions are given before the commit, so a cursor would
-- pass over a row that is committed late.
CREATE INDEX outbox_waiting ON outbox (position) WHERE published_at IS NULL;
CREATE INDEX outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL;

CREATE TABLE inbox (
    consumer text NOT NULL,
    message_id uuid NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, message_id)
);

CREATE INDEX inbox_received ON inbox USING brin (received_at);
