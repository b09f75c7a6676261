-- Receipts are signed and chained, so only what must never happen to them is kept, and all of what is counted beside them
-- (shared/db/sql/0005_pre_money_history.sql).
CREATE TRIGGER money_history AFTER UPDATE OR DELETE ON receipt
    FOR EACH ROW EXECUTE FUNCTION write_money_history('receipt_id', 'content', 'token');
SELECT begin_money_history('reprint', 'reprint_id');
SELECT begin_money_history('first_print', 'receipt_id');
-- When a receipt was written, by the database's clock: tells when the clock of the service was wrong. Receipts from before
-- have no such moment.
ALTER TABLE receipt ADD COLUMN written_at timestamptz;
ALTER TABLE receipt ALTER COLUMN written_at SET DEFAULT clock_timestamp();
