-- Each invoice is bound to all before it in its row of numbers (services/invoice/domain/chain.py). Invoices from before have
-- no link of their own: the link of the row covers them. link_number says how far it does, because a version before
-- takes numbers without moving it.
ALTER TABLE invoices ADD COLUMN link bytea CHECK (length(link) = 32);
ALTER TABLE number_rows ADD COLUMN last_link bytea CHECK (length(last_link) = 32),
    ADD COLUMN link_number integer NOT NULL DEFAULT 0;
DO $$
DECLARE
    known record;
    each record;
    link bytea;
    reached integer;
BEGIN
    FOR known IN SELECT symbol FROM number_rows LOOP
        link := sha256(convert_to(known.symbol, 'UTF8'));
        reached := 0;
        FOR each IN SELECT number, data FROM invoices WHERE symbol = known.symbol ORDER BY number LOOP
            link := sha256(link || sha256(each.data));
            reached := each.number;
        END LOOP;
        UPDATE number_rows SET last_link = link, link_number = reached WHERE symbol = known.symbol;
    END LOOP;
END
$$;
