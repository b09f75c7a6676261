-- Who counts money at which customer's door, for seconds (ADR 65): a word to the next phone, and no lock. Nothing is lost with it.
CREATE UNLOGGED TABLE door_leases (
    customer_code text COLLATE "C" PRIMARY KEY,
    device_id uuid NOT NULL,
    until timestamptz NOT NULL
) WITH (fillfactor = 50);
