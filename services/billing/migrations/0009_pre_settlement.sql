-- Settlement by two: the collector declares, a cashier counts, and a supervisor decides over a difference above the limit.
ALTER TABLE shifts
    ADD COLUMN unit_code text NOT NULL DEFAULT '',
    ADD COLUMN difference_limit bigint CHECK (difference_limit >= 0),
    ADD COLUMN declared_by text NOT NULL DEFAULT '',
    ADD COLUMN declaring_device_id uuid,
    -- Closed before there was a second count: nobody is asked for one now.
    ADD COLUMN settled_before boolean NOT NULL DEFAULT false;
UPDATE shifts SET settled_before = true WHERE closed_at IS NOT NULL;
CREATE INDEX shifts_to_settle ON shifts (collector_code, opened_at DESC) WHERE NOT settled_before;
CREATE INDEX shifts_opened ON shifts (opened_at DESC, shift_id);

CREATE TABLE shift_confirmations (
    shift_id uuid PRIMARY KEY REFERENCES shifts,
    counted_cash bigint NOT NULL CHECK (counted_cash >= 0),
    difference bigint NOT NULL,
    denominations json NOT NULL DEFAULT '{}',
    note text NOT NULL DEFAULT '',
    confirmed_by text NOT NULL,
    device_id uuid NOT NULL,
    confirmed_at timestamptz NOT NULL CHECK (isfinite(confirmed_at)),
    -- Who it was, as the edge has proven it.
    actor jsonb NOT NULL
);

CREATE TABLE shift_decisions (
    shift_id uuid PRIMARY KEY REFERENCES shift_confirmations,
    decision text NOT NULL CHECK (decision IN ('charged', 'written_off')),
    reason text NOT NULL,
    decided_by text NOT NULL,
    device_id uuid NOT NULL,
    decided_at timestamptz NOT NULL CHECK (isfinite(decided_at)),
    actor jsonb NOT NULL
);

-- Collectors as customer announces them: whose unit rules a cash box, and who has left with an open one.
CREATE TABLE collectors (
    collector_code text PRIMARY KEY,
    name text NOT NULL,
    unit_code text NOT NULL,
    active boolean NOT NULL,
    changed_at timestamptz NOT NULL
);
