-- Invoices that messages may lead to, as invoice tells of them; kept where any unit wants links, and deleted when no message asks any more.
CREATE TABLE issued_invoices (
    invoice_id uuid PRIMARY KEY,
    bill_id uuid NOT NULL,
    bill_number text NOT NULL,
    customer_code text NOT NULL,
    due_on date, -- of its bill; NULL where the message was of a version before
    made_on date NOT NULL,
    number integer NOT NULL,
    adjusts boolean NOT NULL, -- it has what another one has too much or too little
    lookup_address text NOT NULL,
    lookup_code text NOT NULL
);
CREATE INDEX issued_invoices_of_bill ON issued_invoices (bill_id);
CREATE INDEX issued_invoices_of_customer ON issued_invoices (customer_code, due_on);
CREATE INDEX issued_invoices_made_on ON issued_invoices USING brin (made_on);

-- The bills that the receipt of a message settles.
ALTER TABLE reminders ADD COLUMN bill_ids uuid[];
