-- What phones are told of their customers' accounts. One feed a collector, numbered without gaps: the number is taken
-- under the feed's row lock, so that an entry never becomes visible after a later one.
CREATE TABLE feeds (
    collector_code text PRIMARY KEY,
    last_sequence bigint NOT NULL,
    pruned_to bigint NOT NULL DEFAULT 0
);

CREATE TABLE feed_entries (
    collector_code text NOT NULL REFERENCES feeds,
    sequence bigint NOT NULL,
    entry text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (collector_code, sequence)
);
CREATE INDEX feed_entries_created ON feed_entries (created_at);

-- Changes when the database is replaced by an older copy (by hand, see the runbook): phones then start afresh.
CREATE TABLE stream_epoch (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO stream_epoch DEFAULT VALUES;

-- Which collector a customer belongs to, copied from customer.changed.
CREATE TABLE customer_collectors (
    customer_code text PRIMARY KEY,
    collector_code text NOT NULL,
    version bigint NOT NULL
);

-- Which copy of the gateway holds a device's socket; a lease, because a copy that was killed cleans up nothing.
CREATE TABLE gateway_instances (
    instance text PRIMARY KEY,
    lease_until timestamptz NOT NULL
);

CREATE TABLE presence (
    device_id uuid PRIMARY KEY REFERENCES devices,
    instance text NOT NULL,
    connection_id uuid NOT NULL,
    connected_at timestamptz NOT NULL
);
CREATE INDEX presence_instance ON presence (instance);
