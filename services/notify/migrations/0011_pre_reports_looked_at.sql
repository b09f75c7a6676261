-- Reports that belong to no attempt yet are looked at again at a time of their own, and not all of them at each look.
-- By the database's clock where a version before this one adds a report.
ALTER TABLE delivery_reports
    ADD COLUMN look_at timestamptz DEFAULT now(), -- null: not again
    ADD COLUMN part_references text[] NOT NULL DEFAULT '{}'; -- of all parts, where a late answer has named them
CREATE INDEX reports_looked_at ON delivery_reports (look_at) WHERE reminder_id IS NULL AND look_at IS NOT NULL;
