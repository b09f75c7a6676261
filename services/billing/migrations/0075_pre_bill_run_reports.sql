-- What the drafts of a run change, made once and kept beside it: of a million customers it takes longer than a page waits.
CREATE TABLE bill_run_reports (
    run_id uuid PRIMARY KEY REFERENCES bill_runs,
    made_at timestamptz NOT NULL,
    report jsonb NOT NULL
);
