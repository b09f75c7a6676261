-- What explains a bill (its readings, lines and sentences) lies apart from the register of what is owed, in partitions by month, so that a
-- month of it can be detached (ADR 59). The register vouches for it: each bill has the digest of its details, and the history has that.

ALTER TABLE bills ADD COLUMN details_digest bytea CHECK (length(details_digest) = 32);

-- Only ever added. No reference to bills, which would be checked for each row: the audit holds the two against each other.
CREATE TABLE bill_details (
    bill_id uuid NOT NULL,
    year integer NOT NULL,
    month integer NOT NULL,
    readings json NOT NULL,
    lines json NOT NULL,
    explanation json NOT NULL,
    PRIMARY KEY (bill_id, year, month)
) PARTITION BY RANGE (year, month);
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON bill_details
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change();

-- For months that have no partition: nobody's bill is refused because one is missing.
CREATE TABLE bill_details_default PARTITION OF bill_details DEFAULT;
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON bill_details_default
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change();

-- Of the details as they are stored, to the letter. Each is one JSON value, so that a line between them parts them.
CREATE FUNCTION digest_of_details(readings json, lines json, explanation json) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
    RETURN sha256(convert_to(concat_ws(E'\n', readings, lines, explanation), 'UTF8'));

-- As 0080 and 0082 have it, with the digest of the details behind them. Of a bill with details apart nothing else of them is in it, of one
-- of a version before the details themselves: concat_ws leaves out what is empty, so that what histories have stays true.
CREATE OR REPLACE FUNCTION digest_of_bill(bill bills) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN md5(concat_ws('|', bill.bill_number, bill.year, bill.month, bill.cycle, bill.period_from - date '2000-01-01',
        bill.period_to - date '2000-01-01', bill.price_group, bill.households, bill.vat_rate, bill.total,
        bill.due_date - date '2000-01-01', extract(epoch FROM bill.issued_at), coalesce(bill.actor::text, ''),
        bill.readings, bill.lines, bill.explanation, encode(bill.details_digest, 'hex')));

SELECT narrow_history('bills', 'bill_id', '{readings,lines,explanation}', '{open_vat,open_principal}',
    'money_history_of_open_amounts', 'write_history_of_open_amounts');

CREATE FUNCTION partition_of_details(of_year integer, of_month integer) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN format('bill_details_%s_%s', of_year, lpad(of_month::text, 2, '0'));

-- What falls into a month that gets its partition (again) comes out of the default partition. Nothing is deleted: what is left goes
-- into a new default partition.
CREATE FUNCTION take_from_default(partition regclass, of_year integer, of_month integer) RETURNS void LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    ALTER TABLE bill_details DETACH PARTITION bill_details_default;
    EXECUTE format('INSERT INTO %s SELECT * FROM bill_details_default WHERE (year, month) = ($1, $2)', partition)
        USING of_year, of_month;
    CREATE TABLE bill_details_rest (LIKE bill_details INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
    INSERT INTO bill_details_rest SELECT * FROM bill_details_default WHERE (year, month) <> (of_year, of_month);
    DROP TABLE bill_details_default;
    ALTER TABLE bill_details_rest RENAME TO bill_details_default;
    CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON bill_details_default
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change();
    ALTER TABLE bill_details ATTACH PARTITION bill_details_default DEFAULT;
END
$$;

CREATE FUNCTION attach_month_of_details(partition regclass, of_year integer, of_month integer) RETURNS void LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    next_month CONSTANT integer := of_year * 12 + of_month;
BEGIN
    EXECUTE format('ALTER TABLE bill_details ATTACH PARTITION %s FOR VALUES FROM (%s, %s) TO (%s, %s)',
        partition, of_year, of_month, next_month / 12, next_month % 12 + 1);
END
$$;

-- Makes the partition of a month, where there is none; says whether there is one now. It does not wait for whoever reads the default
-- partition, because others would wait behind it: until a later attempt, what is of the month goes into the default partition.
-- ``moving``: also where some of the month lies there already. Nobody sees details meanwhile, so only a person asks for that.
CREATE FUNCTION make_month_of_details(of_year integer, of_month integer, moving boolean DEFAULT false) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '100ms' AS $$
DECLARE
    partition CONSTANT text := partition_of_details(of_year, of_month);
BEGIN
    IF of_year NOT BETWEEN 2000 AND 2200 OR of_month NOT BETWEEN 1 AND 12 THEN
        RAISE EXCEPTION 'no month: %/%', of_month, of_year USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF to_regclass(partition) IS NOT NULL THEN
        RETURN true;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('months of bill_details', 0));
    IF to_regclass(partition) IS NOT NULL THEN
        RETURN true;
    END IF;
    LOCK TABLE bill_details_default IN ACCESS EXCLUSIVE MODE;
    IF NOT moving AND EXISTS (SELECT FROM bill_details_default WHERE (year, month) = (of_year, of_month)) THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE bill_details INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition);
    EXECUTE format('CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change()', partition);
    IF moving THEN
        PERFORM take_from_default(partition, of_year, of_month);
    END IF;
    PERFORM attach_month_of_details(partition, of_year, of_month);
    RETURN true;
EXCEPTION
    WHEN lock_not_available THEN
        RETURN false;
END
$$;

-- As 0072 has it, with the lines of a bill from wherever they are. Where nobody asks for lines, PostgreSQL looks for none.
CREATE OR REPLACE VIEW billed_months AS
SELECT bills.bill_id, bills.bill_number, bills.customer_code, bills.year, bills.month, bills.cycle, bills.period_from,
    bills.period_to, coalesce(adjusted.price_group, bills.price_group) AS price_group,
    coalesce(adjusted.households, bills.households) AS households, coalesce(adjusted.new_kwh, bills.kwh) AS kwh,
    coalesce(adjusted.new_pre_vat, bills.pre_vat) AS pre_vat, bills.vat_rate,
    coalesce(adjusted.new_pre_vat + adjusted.new_vat, bills.total) AS total,
    coalesce(adjusted.lines::text, bills.lines::text, (
        SELECT bill_details.lines::text FROM bill_details
        WHERE bill_details.bill_id = bills.bill_id AND bill_details.year = bills.year
            AND bill_details.month = bills.month)) AS lines, bills.issued_at
FROM bills LEFT JOIN LATERAL (
    SELECT price_group, households, new_kwh, new_pre_vat, new_vat, lines FROM bill_corrections
    WHERE bill_corrections.bill_id = bills.bill_id AND kind = 'adjustment' ORDER BY sequence DESC LIMIT 1
) AS adjusted ON true
WHERE NOT EXISTS (
        SELECT FROM bill_corrections WHERE bill_corrections.bill_id = bills.bill_id AND kind = 'replacement')
    AND NOT EXISTS (SELECT FROM bill_corrections WHERE new_bill_id = bills.bill_id AND kind = 'adjustment');
