-- Which events this service consumes, and since when its queue is bound to them: what was sent before is nothing that it
-- misses. Written by the migration step once the queue is there; read by operators' tools.
CREATE TABLE consumed_kinds (
    routing_key text PRIMARY KEY,
    since timestamptz NOT NULL DEFAULT clock_timestamp()
);
