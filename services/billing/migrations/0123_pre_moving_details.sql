-- Bills of versions before have their details in the register. Some at a time they are moved into the partition of their month, by a person who asks
-- for it (`thungan months move`), so that such a month can be put into the archive, too. What is moved is written once more in the history:
-- operation M, an entry for some hundred bills, with the digests that hold from then on. The entry of the bill's beginning stays, and the
-- audit holds the details against it.
ALTER TABLE money_history DROP CONSTRAINT money_history_operation_check;
ALTER TABLE money_history
    -- Not validated: it holds for all that is there, by the one before.
    ADD CONSTRAINT money_history_operation_check CHECK (operation IN ('I', 'U', 'D', 'S', 'B', 'M')) NOT VALID;

CREATE OR REPLACE VIEW history_of_rows AS
SELECT entry, changed_at, table_name, row_key, operation, old_values, new_values, session_role, acting_role
FROM money_history
WHERE operation NOT IN ('B', 'M')
UNION ALL
SELECT entry, changed_at, table_name, kept[1], 'I', NULL, jsonb_build_object(
    'bill_id', kept[1], 'kwh', kept[2]::bigint, 'pre_vat', kept[3]::bigint, 'vat', kept[4]::bigint,
    'open_principal', kept[5]::bigint, 'open_vat', kept[6]::bigint, 'digest', kept[7], 'customer_code', kept[8]),
    session_role, acting_role
FROM money_history, jsonb_array_elements_text(new_values) AS row,
    LATERAL (SELECT regexp_match(row, '^(\S+) (\S+) (\S+) (\S+) (\S+) (\S+) (\S+) (.*)$') AS kept) AS parts
WHERE operation = 'B'
UNION ALL
SELECT entry, changed_at, table_name, kept[1], 'M', NULL, jsonb_build_object(
    'readings', NULL, 'lines', NULL, 'explanation', NULL, 'digest', kept[2], 'details_digest', '\x' || kept[3]),
    session_role, acting_role
FROM money_history, jsonb_array_elements_text(new_values) AS row,
    LATERAL (SELECT regexp_match(row, '^(\S+) (\S+) (\S+)$') AS kept) AS parts
WHERE operation = 'M';

-- What a bill's digest was with details in the register, as 0080 and 0120 have it: with the digest of the details, or without.
CREATE FUNCTION digest_before_moving(bill bills, details bill_details, with_digest boolean) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN md5(concat_ws('|', bill.bill_number, bill.year, bill.month, bill.cycle, bill.period_from - date '2000-01-01',
        bill.period_to - date '2000-01-01', bill.price_group, bill.households, bill.vat_rate, bill.total,
        bill.due_date - date '2000-01-01', extract(epoch FROM bill.issued_at), coalesce(bill.actor::text, ''),
        details.readings, details.lines, details.explanation,
        CASE WHEN with_digest THEN encode(bill.details_digest, 'hex') END));

-- Moves details of at most so many bills of a month, of customers from a code on; says how many, and how far it has come. The trigger that keeps each
-- changed row is off meanwhile, in this transaction: nobody else writes to bills until it ends. Where others do, it gives up (lock_not_available).
CREATE FUNCTION move_details(of_year integer, of_month integer, from_code text, at_most integer, OUT moved bigint, OUT last_code text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '300ms' AS $$
BEGIN
    IF NOT make_month_of_details(of_year, of_month) THEN
        RAISE EXCEPTION '%/% has no partition', of_month, of_year USING ERRCODE = 'undefined_table';
    END IF;
    ALTER TABLE bills DISABLE TRIGGER money_history_of_updates;
    WITH chosen AS MATERIALIZED (
        SELECT bill_id, customer_code, year, month, readings, lines, explanation, details_digest,
            digest_of_details(readings, lines, explanation) AS digest
        FROM bills
        WHERE customer_code >= from_code AND (year, month) = (of_year, of_month) AND lines IS NOT NULL
        ORDER BY customer_code LIMIT at_most FOR NO KEY UPDATE
    ), explained AS (
        INSERT INTO bill_details (bill_id, year, month, readings, lines, explanation)
        SELECT bill_id, year, month, readings, lines, explanation FROM chosen WHERE details_digest IS NULL
    ), narrowed AS (
        UPDATE bills SET details_digest = chosen.digest, readings = NULL, lines = NULL, explanation = NULL
        FROM chosen
        WHERE bills.bill_id = chosen.bill_id AND coalesce(chosen.details_digest, chosen.digest) = chosen.digest
        RETURNING bills.bill_id, digest_of_bill(bills) AS of_bill, bills.details_digest
    ), kept AS (
        INSERT INTO money_history (changed_at, table_name, row_key, operation, new_values, session_role, acting_role)
        SELECT clock_timestamp(), 'bills', '', 'M',
            to_jsonb(array_agg(concat_ws(' ', bill_id, of_bill, encode(details_digest, 'hex')))),
            session_user, nullif(current_setting('role'), 'none')
        FROM narrowed HAVING count(*) > 0
    )
    SELECT (SELECT count(*) FROM narrowed), (SELECT max(customer_code) FROM chosen) INTO moved, last_code;
    ALTER TABLE bills ENABLE TRIGGER money_history_of_updates;
END
$$;
