-- What the office found about a complaint. A settled complaint is deleted after a while, with whatever belongs to it.
CREATE TABLE complaint_settlements (
    complaint_id uuid PRIMARY KEY REFERENCES reading_complaints,
    settlement_id uuid NOT NULL UNIQUE,
    finding text NOT NULL CHECK (finding IN ('reading_right', 'reading_wrong', 'meter_faulty', 'other')),
    note text NOT NULL,
    settled_by text NOT NULL,
    -- Who did it, as proven by the edge.
    actor jsonb NOT NULL,
    settled_at timestamptz NOT NULL
);
CREATE INDEX complaint_settlements_by_age ON complaint_settlements (settled_at);
