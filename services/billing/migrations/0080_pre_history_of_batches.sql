-- The history of bills that are inserted by the hundred: one entry for a thousand of them in place of one for each. An entry for a bill was
-- half of what releasing it cost the database. What is kept of each: whose it is, its amounts, what is open, and a digest of all else.

-- All that a bill says but for what the entry has by name. Nothing that a session sets (time zone, form of dates) is in it. A column
-- that is added to bills later is not in it, and is watched from its first change on.
CREATE FUNCTION digest_of_bill(bill bills) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN md5(concat_ws('|', bill.bill_number, bill.year, bill.month, bill.cycle, bill.period_from - date '2000-01-01',
        bill.period_to - date '2000-01-01', bill.price_group, bill.households, bill.vat_rate, bill.total,
        bill.due_date - date '2000-01-01', extract(epoch FROM bill.issued_at), coalesce(bill.actor::text, ''),
        bill.readings, bill.lines, bill.explanation));

CREATE OR REPLACE FUNCTION write_history_of_inserted_bills() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
BEGIN
    INSERT INTO money_history (changed_at, table_name, row_key, operation, new_values, session_role, acting_role)
    SELECT clock_timestamp(), 'bills', '', 'B', to_jsonb(array_agg(concat_ws(' ', bill_id, kwh, pre_vat, vat, open_principal,
        open_vat, digest, customer_code))), session_user, nullif(current_setting('role'), 'none')
    FROM (
        SELECT bill_id, kwh, pre_vat, vat, open_principal, open_vat, customer_code, digest_of_bill(inserted) AS digest,
            (row_number() OVER () - 1) / 1000 AS batch
        FROM inserted
    ) AS new_bills
    GROUP BY batch;
    RETURN NULL;
END
$$;

CREATE OR REPLACE VIEW history_of_rows AS
SELECT entry, changed_at, table_name, row_key, operation, old_values, new_values, session_role, acting_role
FROM money_history
WHERE operation <> 'B'
UNION ALL
SELECT entry, changed_at, table_name, kept[1], 'I', NULL, jsonb_build_object(
    'bill_id', kept[1], 'kwh', kept[2]::bigint, 'pre_vat', kept[3]::bigint, 'vat', kept[4]::bigint,
    'open_principal', kept[5]::bigint, 'open_vat', kept[6]::bigint, 'digest', kept[7], 'customer_code', kept[8]),
    session_role, acting_role
FROM money_history, jsonb_array_elements_text(new_values) AS row,
    LATERAL (SELECT regexp_match(row, '^(\S+) (\S+) (\S+) (\S+) (\S+) (\S+) (\S+) (.*)$') AS kept) AS parts
WHERE operation = 'B';
