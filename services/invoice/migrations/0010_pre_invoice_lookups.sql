-- A customer who looks an invoice up is told of what adjusts or replaces it.
CREATE INDEX invoices_related ON invoices (related_id) WHERE related_id IS NOT NULL;
