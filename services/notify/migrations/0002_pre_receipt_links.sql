-- The link of a receipt by SMS, for whoever could not be given the receipt on paper. It waits, leaves and is recorded
-- as a reminder is, and belongs to a receipt in place of a visit.
ALTER TABLE reminders
    ALTER COLUMN visit_id DROP NOT NULL,
    ADD COLUMN receipt_id uuid,
    ADD COLUMN payment_id uuid,
    ADD COLUMN requested_by text,
    ADD CHECK ((visit_id IS NULL) <> (receipt_id IS NULL));
CREATE INDEX links_of_payment ON reminders (payment_id) WHERE payment_id IS NOT NULL;
CREATE UNIQUE INDEX receipt_links ON reminders (receipt_id, phone); -- at most once for each receipt and number
