-- Who works for the utility, copied from collector.changed: devices of others are refused, whichever copy is asked.
CREATE TABLE collectors (
    collector_code text PRIMARY KEY,
    active boolean NOT NULL,
    -- By the clock of the customer database: the later one is the newer. Long ago where the answer to a request was kept.
    changed_at timestamptz NOT NULL,
    -- Since when the collector is not active; NULL for whoever is.
    left_at timestamptz,
    -- By the gateway's own clock: streams of whoever left since the last look are closed.
    noted_at timestamptz NOT NULL,
    CHECK (active = (left_at IS NULL))
);
CREATE INDEX collectors_left ON collectors (noted_at) WHERE NOT active;

-- Cash that came from the phone of a collector who had left: taken before as the phone states, sent after. Never deleted.
CREATE TABLE leaver_payments (
    payment_id uuid PRIMARY KEY,
    device_id uuid NOT NULL REFERENCES devices,
    collector_code text NOT NULL,
    customer_code text NOT NULL,
    amount bigint NOT NULL,
    stated_at timestamptz NOT NULL,
    sent_at timestamptz NOT NULL,
    -- recorded, recorded_before (it was there when the collector left), or the slug of the refusal; NULL while unknown.
    outcome text
);
CREATE INDEX leaver_payments_sent ON leaver_payments (sent_at);
