-- What is held of a person is asked for by customer.
CREATE INDEX invoices_of_customer ON invoices (customer_code, made_at DESC);
