-- From here on each change of these tables is kept (shared/db/sql/0005_pre_money_history.sql).
SELECT begin_money_history('payments', 'payment_id');
SELECT begin_money_history('allocations', 'allocation_id');
SELECT begin_money_history('reversals', 'reversal_id');
SELECT begin_money_history('shifts', 'shift_id', digested => '{denominations}');
SELECT begin_money_history('payment_reports', 'report_id');
SELECT begin_money_history('bills', 'bill_id', digested => '{readings,lines,explanation}');

-- What each audit has found: kept as long as receipts, only ever added, each report chained to the one before.
CREATE TABLE audit_reports (
    report bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('complete', 'incremental')),
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    ok boolean NOT NULL,
    violations integer NOT NULL CHECK (violations >= 0),
    -- JSON: figures, what was found, and how far each service's history and series had come. As text, because its digest
    -- is in the link.
    content text NOT NULL,
    link bytea NOT NULL CHECK (length(link) = 32)
);
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_reports
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change();
