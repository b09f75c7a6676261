-- As 0124 has it. Two at once: what the second one knew of names was looked up before it waited for the first, so it asks by a query, like
-- make_month_of_readings.
CREATE OR REPLACE FUNCTION make_month_of_details(of_year integer, of_month integer, moving boolean DEFAULT false) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '100ms' AS $$
DECLARE
    partition CONSTANT text := partition_of_details(of_year, of_month);
BEGIN
    IF of_year NOT BETWEEN 2000 AND 2200 OR of_month NOT BETWEEN 1 AND 12 THEN
        RAISE EXCEPTION 'no month: %/%', of_month, of_year USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF to_regclass('partitions.' || partition) IS NOT NULL THEN
        RETURN true;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('partitions of bill_details', 0));
    IF EXISTS (
        SELECT FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'public.bill_details'::regclass AND relname = partition)
    THEN
        RETURN true;
    END IF;
    IF EXISTS (SELECT FROM archived_months WHERE (year, month) = (of_year, of_month)) THEN
        RETURN false;
    END IF;
    LOCK TABLE partitions.bill_details_default IN ACCESS EXCLUSIVE MODE;
    IF NOT moving AND EXISTS (SELECT FROM partitions.bill_details_default WHERE (year, month) = (of_year, of_month)) THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE partitions.%I (LIKE bill_details INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition);
    IF moving THEN
        PERFORM take_from_default(('partitions.' || partition)::regclass, of_year, of_month);
    END IF;
    PERFORM attach_month_of_details(('partitions.' || partition)::regclass, of_year, of_month);
    RETURN true;
EXCEPTION
    WHEN lock_not_available THEN
        RETURN false;
END
$$;
