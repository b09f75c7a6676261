-- The meter as whoever carried out an order has photographed it. Deleted after a time; the report stays.
CREATE TABLE order_photos (
    report_id uuid PRIMARY KEY REFERENCES cut_order_reports,
    jpeg bytea NOT NULL,
    kept_at timestamptz NOT NULL
);
CREATE INDEX order_photos_by_age ON order_photos (kept_at);
