-- Devices: phones of collectors and desks of cashiers, supervisors and collection points.
CREATE TABLE enrolment_codes (
    code_id uuid PRIMARY KEY,
    code_hash bytea NOT NULL UNIQUE,
    role text NOT NULL CHECK (role IN ('collector', 'cashier', 'supervisor', 'collection_point')),
    collector_code text,
    collection_point_code text,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    device_id uuid,
    used_at timestamptz,
    CHECK ((role = 'collector') = (collector_code IS NOT NULL)),
    CHECK ((role = 'collection_point') = (collection_point_code IS NOT NULL))
);

CREATE TABLE devices (
    device_id uuid PRIMARY KEY,
    device_name text NOT NULL,
    role text NOT NULL CHECK (role IN ('collector', 'cashier', 'supervisor', 'collection_point')),
    collector_code text,
    collection_point_code text,
    token_hash bytea NOT NULL UNIQUE,
    public_key jsonb,
    code_id uuid NOT NULL REFERENCES enrolment_codes,
    enrolled_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_by text,
    revocation_reason text,
    last_job_sequence bigint NOT NULL DEFAULT 0
);
CREATE INDEX devices_collector ON devices (collector_code) WHERE revoked_at IS NULL;
CREATE INDEX devices_revoked ON devices (revoked_at) WHERE revoked_at IS NOT NULL;

-- A printer is known by the name that one phone gives it; how it wants its bytes is found out with a test page.
CREATE TABLE printer_profiles (
    device_id uuid NOT NULL REFERENCES devices,
    printer_id text NOT NULL,
    profile text NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (device_id, printer_id)
);
