-- Whose receipt it is, as it was signed: when the payment's event comes again, it is looked for among its customer's.
-- NULL for what a version before has recorded again.
ALTER TABLE recovered_receipt ADD COLUMN customer_code text;
CREATE INDEX recovered_receipt_by_customer ON recovered_receipt (customer_code);
