-- Metered periods and readings in partitions (ADR 68). The tables that are there become the partitions of month 0, with their files and indexes.
-- A partition has the keys and indexes of the table of before; over all partitions a period's id is a UUIDv7 that was made once, the key of what
-- counts names its month, and the audit holds the rest. What refers to a period is held by the audit, too: a reference would keep a month from
-- being detached, and was looked up for each row.
SELECT lock_shortly('metered_periods');
SELECT lock_shortly('readings');
SELECT lock_shortly('reading_acts');
SELECT lock_shortly('bill_corrections');

ALTER TABLE readings DROP CONSTRAINT readings_period_id_fkey;
ALTER TABLE reading_acts DROP CONSTRAINT reading_acts_period_id_fkey, DROP CONSTRAINT reading_acts_new_period_id_fkey;
ALTER TABLE bill_corrections DROP CONSTRAINT bill_corrections_period_id_fkey;
ALTER TABLE metered_periods DROP CONSTRAINT metered_periods_customer_code_fkey;
DROP TRIGGER history_of_others ON metered_periods;

ALTER TABLE metered_periods SET SCHEMA partitions;
ALTER TABLE partitions.metered_periods RENAME TO metered_periods_earlier;
ALTER TABLE readings SET SCHEMA partitions;
ALTER TABLE partitions.readings RENAME TO readings_earlier;

CREATE TABLE metered_periods (LIKE partitions.metered_periods_earlier INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
    PARTITION BY RANGE (partition_month);
CREATE TABLE readings (LIKE partitions.readings_earlier INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE (partition_month);
ALTER TABLE metered_periods DROP CONSTRAINT of_no_month;
ALTER TABLE readings DROP CONSTRAINT of_no_month;
SELECT copy_rights('partitions.metered_periods_earlier', 'metered_periods');
SELECT copy_rights('partitions.readings_earlier', 'readings');
ALTER TABLE metered_periods ATTACH PARTITION partitions.metered_periods_earlier FOR VALUES FROM (MINVALUE) TO (1);
ALTER TABLE readings ATTACH PARTITION partitions.readings_earlier FOR VALUES FROM (MINVALUE) TO (1);
-- The bounds of the partitions say it from now on.
ALTER TABLE partitions.metered_periods_earlier DROP CONSTRAINT of_no_month;
ALTER TABLE partitions.readings_earlier DROP CONSTRAINT of_no_month;
-- Nobody's reading is refused because a partition was detached a moment ago.
CREATE TABLE partitions.metered_periods_default (LIKE partitions.metered_periods_earlier INCLUDING ALL);
CREATE TABLE partitions.readings_default (LIKE partitions.readings_earlier INCLUDING ALL);
ALTER TABLE metered_periods ATTACH PARTITION partitions.metered_periods_default DEFAULT;
ALTER TABLE readings ATTACH PARTITION partitions.readings_default DEFAULT;

SELECT begin_history_of_others('metered_periods', 'period_id');

-- As 0070 has it, with the month of the partition; 0 for readings as they should have been, which lie in none.
CREATE OR REPLACE VIEW standing_readings AS
SELECT period_id, meter_number, meter_register, old_reading, new_reading, multiplier, digits, estimated, partition_month
FROM readings
WHERE NOT EXISTS (SELECT FROM bill_corrections WHERE bill_corrections.period_id = readings.period_id)
UNION ALL
SELECT period_id, meter_number, meter_register, old_reading, new_reading, multiplier, digits, coalesce(estimated, false), 0
FROM (
    SELECT DISTINCT ON (period_id) period_id, readings FROM bill_corrections ORDER BY period_id, sequence DESC
) AS latest, jsonb_to_recordset(latest.readings) AS reading (
    meter_number text, meter_register text, old_reading bigint, new_reading bigint, multiplier integer, digits integer,
    estimated boolean);

-- On which days the periods of a month lie, so that who asks for days looks into few partitions. A row more each time that they reach further.
CREATE TABLE days_of_months (
    partition_month integer NOT NULL CHECK (partition_month > 0),
    first_day date NOT NULL,
    last_day date NOT NULL CHECK (last_day >= first_day)
);
CREATE FUNCTION note_days_of_months() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO days_of_months (partition_month, first_day, last_day)
    SELECT partition_month, first_day, last_day
    FROM (
        SELECT partition_month, min(period_from) AS first_day, max(period_to) AS last_day
        FROM added WHERE partition_month > 0 GROUP BY partition_month
    ) AS reached
    WHERE NOT EXISTS (
        SELECT FROM days_of_months AS noted
        WHERE noted.partition_month = reached.partition_month
        HAVING min(noted.first_day) <= reached.first_day AND max(noted.last_day) >= reached.last_day);
    RETURN NULL;
END
$$;
CREATE TRIGGER days_of_months AFTER INSERT ON metered_periods REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION note_days_of_months();

-- The months that have a partition of readings.
CREATE FUNCTION months_of_readings() RETURNS SETOF integer LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT found[1]::integer * 12 + found[2]::integer
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid, regexp_match(relname, '^metered_periods_(\d{4})(\d{2})$') AS found
    WHERE inhparent = 'public.metered_periods'::regclass AND found IS NOT NULL
$$;

CREATE FUNCTION partition_of_readings(parent text, of_year integer, of_month integer) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN format('%s_%s%s', parent, of_year, lpad(of_month::text, 2, '0'));

-- Makes the partitions of a month, where there are none; says whether there are some now. What is stored of the month until then stays in month 0.
-- Nobody is waited for: others would wait behind it.
CREATE FUNCTION make_month_of_readings(of_year integer, of_month integer) RETURNS boolean LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '100ms' AS $$
DECLARE
    of_partition CONSTANT integer := of_year * 12 + of_month;
    parent text;
BEGIN
    IF of_year NOT BETWEEN 2000 AND 2200 OR of_month NOT BETWEEN 1 AND 12 THEN
        RAISE EXCEPTION 'no month: %/%', of_month, of_year USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF to_regclass('partitions.' || partition_of_readings('metered_periods', of_year, of_month)) IS NOT NULL THEN
        RETURN true;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('partitions of bill_details', 0));
    -- By a query: what is known of names was looked up before the lock was waited for.
    IF EXISTS (SELECT FROM months_of_readings() AS made WHERE made = of_partition) THEN
        RETURN true;
    END IF;
    IF EXISTS (SELECT FROM archived_months WHERE (year, month) = (of_year, of_month)) THEN
        RETURN false;
    END IF;
    -- What has fallen into the default partitions.
    UPDATE metered_periods SET partition_month = 0 WHERE partition_month = of_partition;
    UPDATE readings SET partition_month = 0 WHERE partition_month = of_partition;
    FOREACH parent IN ARRAY ARRAY['metered_periods', 'readings'] LOOP
        EXECUTE format('CREATE TABLE partitions.%I (LIKE partitions.%I INCLUDING ALL)',
            partition_of_readings(parent, of_year, of_month), parent || '_earlier');
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION partitions.%I FOR VALUES FROM (%s) TO (%s)',
            parent, partition_of_readings(parent, of_year, of_month), of_partition, of_partition + 1);
    END LOOP;
    RETURN true;
EXCEPTION
    WHEN lock_not_available THEN
        RETURN false;
END
$$;
