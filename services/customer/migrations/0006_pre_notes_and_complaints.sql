-- What a collector noted of a visit after it was recorded.
CREATE TABLE visit_notes (
    note_id uuid PRIMARY KEY,
    visit_id uuid NOT NULL REFERENCES visits,
    collector_code text COLLATE "C" NOT NULL REFERENCES collectors,
    device_id uuid,
    note text NOT NULL,
    noted_at timestamptz NOT NULL
);
CREATE INDEX notes_of_visit ON visit_notes (visit_id, noted_at);

-- Customers who say at the door that a reading is wrong. The office reads them.
CREATE TABLE reading_complaints (
    complaint_id uuid PRIMARY KEY,
    customer_code text COLLATE "C" NOT NULL REFERENCES customers,
    collector_code text COLLATE "C" NOT NULL REFERENCES collectors,
    device_id uuid,
    meter_number text,
    bill_number text,
    reading_seen bigint CHECK (reading_seen BETWEEN 0 AND 9999999999),
    note text NOT NULL,
    -- As the phone's clock had it: a note.
    stated_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT reading_complaints_stated_near_recorded CHECK (
        isfinite(stated_at) AND isfinite(recorded_at)
        AND stated_at BETWEEN recorded_at - interval '8 days' AND recorded_at + interval '2 days'
    )
);
CREATE INDEX reading_complaints_by_age ON reading_complaints (recorded_at DESC, complaint_id DESC);

-- Photos of meters, apart from the complaints: they are read one by one, and deleted after a while.
CREATE TABLE reading_photos (
    complaint_id uuid PRIMARY KEY REFERENCES reading_complaints,
    jpeg bytea NOT NULL CHECK (octet_length(jpeg) BETWEEN 4 AND 45000),
    kept_at timestamptz NOT NULL
);
CREATE INDEX reading_photos_by_age ON reading_photos (kept_at);
