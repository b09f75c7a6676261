-- Visits that their collector took back on the same day: they count for nothing, and stay to be read with who, when and why.
ALTER TABLE visits ADD COLUMN withdrawn_at timestamptz;
CREATE TABLE visit_withdrawals (
    withdrawal_id uuid PRIMARY KEY,
    visit_id uuid NOT NULL UNIQUE REFERENCES visits,
    collector_code text COLLATE "C" NOT NULL REFERENCES collectors,
    device_id uuid,
    reason text NOT NULL,
    withdrawn_at timestamptz NOT NULL
);
