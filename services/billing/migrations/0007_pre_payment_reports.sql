-- Payments that a collector reported as taken by mistake: the office decides whether one is reversed. Never deleted.
CREATE TABLE payment_reports (
    report_id uuid PRIMARY KEY,
    payment_id uuid NOT NULL UNIQUE REFERENCES payments,
    collector_code text NOT NULL,
    device_id uuid,
    reason text NOT NULL,
    reported_at timestamptz NOT NULL
);
