-- How far the invoices of each template and symbol have come, as invoice tells of them: checkpoints carry it out of the
-- databases. The link stands for all invoices up to the number (services/invoice/domain/chain.py).
CREATE TABLE invoice_mark (
    symbol text PRIMARY KEY,
    number integer NOT NULL CHECK (number > 0),
    link bytea NOT NULL CHECK (length(link) = 32)
);
SELECT begin_history_of_others('invoice_mark', 'symbol');
