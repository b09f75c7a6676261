-- Rows that are inserted by the hundred may have one entry together: operation B, with a text for each row (ADR 52). Entries of
-- before keep what they are; the check of the new ones is the same as of the old ones and one more.
ALTER TABLE money_history DROP CONSTRAINT money_history_operation_check;
ALTER TABLE money_history
    ADD CONSTRAINT money_history_operation_check CHECK (operation IN ('I', 'U', 'D', 'S', 'B')) NOT VALID;

-- The history with a row for each row that was written: what the audit reads. A service that writes batches makes it anew, with their
-- rows in it. Of one table alone it would be a view that can be written to.
CREATE VIEW history_of_rows AS
SELECT entry, changed_at, table_name, row_key, operation, old_values, new_values, session_role, acting_role
FROM money_history
WHERE operation <> 'B'
UNION ALL
SELECT entry, changed_at, table_name, row_key, operation, old_values, new_values, session_role, acting_role
FROM money_history
WHERE operation = 'B';
