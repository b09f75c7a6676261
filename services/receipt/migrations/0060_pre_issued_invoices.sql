-- The invoices of bills, as invoice tells of them: the check page of a receipt names those that it settles. Only ever added.
CREATE TABLE issued_invoice (
    invoice_id uuid PRIMARY KEY,
    bill_id uuid NOT NULL,
    bill_number text NOT NULL,
    template text NOT NULL,
    symbol text NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    made_on date NOT NULL,
    lookup_address text NOT NULL,
    lookup_code text NOT NULL,
    state text NOT NULL CHECK (state IN ('new', 'adjusts', 'replaces'))
);
CREATE INDEX issued_invoice_of_bill ON issued_invoice (bill_id);
