-- A release changes every account of a page in one transaction: only with room for as many new versions as there are rows does none of them need
-- an entry in an index. Pages fill up to this bound from now on; an account moves to such a page with its next change.
ALTER TABLE accounts SET (fillfactor = 45);
-- A billed period has a new version and so an entry in each of these indexes, beside that of the version before: with room for both no page is
-- divided, and none is searched in vain for entries that could go. Partitions of further months are made like this one.
ALTER INDEX partitions.metered_periods_pkey SET (fillfactor = 45);
ALTER INDEX partitions.metered_periods_that_count SET (fillfactor = 45);
DO $$
DECLARE
    index regclass;
BEGIN
    FOR index IN
        SELECT indexrelid::regclass
        FROM pg_inherits JOIN pg_index ON indrelid = inhrelid JOIN pg_class ON pg_class.oid = indexrelid
        WHERE inhparent = 'metered_periods'::regclass
            AND (indisprimary OR indisunique AND pg_get_expr(indpred, indrelid) = '(superseded_by IS NULL)')
    LOOP
        EXECUTE format('ALTER INDEX %s SET (fillfactor = 45)', index);
    END LOOP;
END
$$;
