-- A month is put into the archive with its metered periods and readings (ADR 68). What an import must know of a month that is away is left
-- behind: on which days its periods lie (month_acts), and the last readings of meters that were not read since (archived_meters).
ALTER TABLE month_acts
    -- Of a month that was detached by a version before: NULL, its readings are still here.
    ADD COLUMN periods bigint,
    ADD COLUMN readings bigint,
    -- Periods that have a bill, and acts with readings that were doubtful (reading_acts).
    ADD COLUMN billed_periods bigint,
    ADD COLUMN acts bigint,
    ADD COLUMN first_day date,
    ADD COLUMN last_day date,
    ADD COLUMN contents_of_periods bytea CHECK (length(contents_of_periods) = 32),
    ADD COLUMN contents_of_readings bytea CHECK (length(contents_of_readings) = 32),
    -- Meters that were not read since.
    ADD COLUMN meters bigint,
    ADD COLUMN contents_of_meters bytea CHECK (length(contents_of_meters) = 32);

CREATE OR REPLACE VIEW archived_months AS
SELECT * FROM (
    SELECT DISTINCT ON (year, month) year, month, act, bills, kwh, total, contents, digests, reason, actor, acted_at,
        periods, readings, first_day, last_day, contents_of_periods, contents_of_readings, meters, contents_of_meters, billed_periods, acts
    FROM month_acts ORDER BY year, month, sequence DESC
) AS latest
WHERE act = 'detached';

-- Only ever added; what is of a month that came back counts for nothing.
CREATE TABLE archived_meters (
    act_id uuid NOT NULL,
    partition_month integer NOT NULL,
    meter_number text COLLATE "C" NOT NULL,
    customer_code text COLLATE "C" NOT NULL,
    -- Of the last period in which the meter was read for the customer.
    last_day date NOT NULL,
    PRIMARY KEY (meter_number, customer_code, act_id)
);
CREATE INDEX archived_meters_of_act ON archived_meters (act_id);
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON archived_meters
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change();
SELECT begin_history_of_others('archived_meters', 'act_id');

-- As it is stored, to the letter: the same after a dump and its restore.
CREATE FUNCTION contents_of_periods(periods regclass, OUT rows bigint, OUT billed bigint, OUT acts bigint, OUT first_day date, OUT last_day date,
    OUT contents bytea)
LANGUAGE plpgsql SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
BEGIN
    EXECUTE format(
        'SELECT count(*), count(bill_id), (SELECT count(*) FROM reading_acts JOIN %1$s USING (period_id)), min(period_from), max(period_to), sha256(coalesce(string_agg(sha256(convert_to(jsonb_build_array(
            period_id, customer_code, year, month, cycle, period_from, period_to, cut_days, cut_from, cut_to, cos_phi, due_date,
            fingerprint, import_id, bill_id, problem, held, sent_back_at, superseded_by, final)::text,
            ''UTF8'')), '''' ORDER BY period_id), ''''))
         FROM %1$s', periods) INTO rows, billed, acts, first_day, last_day, contents;
END
$$;
CREATE FUNCTION contents_of_readings(read regclass, OUT rows bigint, OUT contents bytea) LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format(
        'SELECT count(*), sha256(coalesce(string_agg(sha256(convert_to(jsonb_build_array(
            period_id, meter_number, meter_register, old_reading, new_reading, multiplier, digits, change_readings, estimated)::text,
            ''UTF8'')), '''' ORDER BY period_id, meter_number COLLATE "C", meter_register COLLATE "C"), ''''))
         FROM %s', read) INTO rows, contents;
END
$$;
CREATE FUNCTION contents_of_meters(of_act uuid, OUT rows bigint, OUT contents bytea) LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT count(*), sha256(coalesce(string_agg(sha256(convert_to(
        concat_ws(E'\n', partition_month, meter_number, customer_code, last_day - date '2000-01-01'), 'UTF8')), ''
        ORDER BY meter_number, customer_code), ''))
    FROM archived_meters WHERE act_id = of_act
$$;

-- As 0122 has it; periods in month 0 have to be moved first.
DROP FUNCTION month_in_use(integer, integer);
CREATE FUNCTION month_in_use(
    of_year integer, of_month integer, OUT open_bills bigint, OUT without_a_bill bigint, OUT in_the_register bigint, OUT not_moved bigint
) LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT
        (SELECT count(*) FROM bills WHERE (year, month) = (of_year, of_month) AND open_principal + open_vat > 0),
        (SELECT count(*) FROM metered_periods
         WHERE (year, month) = (of_year, of_month) AND partition_month IN (0, of_year * 12 + of_month)
            AND bill_id IS NULL AND superseded_by IS NULL),
        (SELECT count(*) FROM bills WHERE (year, month) = (of_year, of_month) AND details_digest IS NULL),
        (SELECT count(*) FROM metered_periods WHERE (year, month) = (of_year, of_month) AND partition_month = 0)
$$;

-- Moves periods of a month, with their readings, out of month 0: of at most so many customers from a code on; says how many, and how far it
-- has come. What still waits for a bill stays. No import works meanwhile.
CREATE FUNCTION move_readings(of_year integer, of_month integer, from_code text, at_most integer, OUT moved bigint, OUT last_code text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '300ms' AS $$
DECLARE
    of_partition CONSTANT integer := of_year * 12 + of_month;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('billing readings import'));
    IF EXISTS (SELECT FROM archived_months WHERE (year, month) = (of_year, of_month)) THEN
        RAISE EXCEPTION '%/% is in the archive', of_month, of_year USING ERRCODE = 'undefined_table';
    END IF;
    IF NOT make_month_of_readings(of_year, of_month) THEN
        RAISE EXCEPTION 'somebody reads metered periods' USING ERRCODE = 'lock_not_available';
    END IF;
    WITH chosen AS MATERIALIZED (
        SELECT customer_code FROM accounts WHERE customer_code > from_code ORDER BY customer_code LIMIT at_most
    ), of_periods AS (
        UPDATE metered_periods SET partition_month = of_partition FROM chosen
        WHERE metered_periods.customer_code = chosen.customer_code AND partition_month = 0
            AND (year, month) = (of_year, of_month) AND (bill_id IS NOT NULL OR superseded_by IS NOT NULL)
        RETURNING period_id, period_from, period_to
    ), of_readings AS (
        UPDATE readings SET partition_month = of_partition FROM of_periods
        WHERE readings.period_id = of_periods.period_id AND partition_month = 0
    ), noted AS (
        INSERT INTO days_of_months SELECT of_partition, min(period_from), max(period_to) FROM of_periods HAVING count(*) > 0
    )
    SELECT (SELECT count(*) FROM of_periods), (SELECT max(customer_code) FROM chosen) INTO moved, last_code;
END
$$;

-- As 0124 has it, with the readings of the month.
CREATE OR REPLACE FUNCTION detach_month(of_act uuid, of_year integer, of_month integer, why text, by_actor jsonb) RETURNS month_acts
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '100ms' AS $$
DECLARE
    partition CONSTANT text := partition_of_details(of_year, of_month);
    of_periods CONSTANT text := partition_of_readings('metered_periods', of_year, of_month);
    of_readings CONSTANT text := partition_of_readings('readings', of_year, of_month);
    of_partition CONSTANT integer := of_year * 12 + of_month;
    parts CONSTANT text[] := ARRAY[partition, of_periods, of_readings];
    parents CONSTANT text[] := ARRAY['bill_details', 'metered_periods', 'readings'];
    in_use record;
    held record;
    issued record;
    metered record;
    read record;
    left_behind record;
    done month_acts;
BEGIN
    SELECT * INTO done FROM month_acts WHERE act_id = of_act;
    IF FOUND THEN
        RETURN done;
    END IF;
    -- No import compares with the month meanwhile.
    PERFORM pg_advisory_xact_lock(hashtext('billing readings import'));
    PERFORM pg_advisory_xact_lock(hashtextextended('partitions of bill_details', 0));
    IF to_regclass('partitions.' || partition) IS NULL THEN
        RAISE EXCEPTION 'no partition of %/%', of_month, of_year USING ERRCODE = 'undefined_table';
    END IF;
    IF NOT make_month_of_readings(of_year, of_month) THEN
        RAISE EXCEPTION 'somebody reads metered periods' USING ERRCODE = 'lock_not_available';
    END IF;
    EXECUTE format('LOCK TABLE partitions.%I, partitions.%I, partitions.%I IN SHARE ROW EXCLUSIVE MODE', partition, of_periods, of_readings);
    SELECT * INTO in_use FROM month_in_use(of_year, of_month);
    IF in_use.open_bills + in_use.without_a_bill + in_use.not_moved > 0 THEN
        RAISE EXCEPTION '%/% is in use', of_month, of_year USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT * INTO held FROM contents_of_details(('partitions.' || partition)::regclass);
    SELECT count(*) AS bills, coalesce(sum(bills.kwh), 0) AS kwh, coalesce(sum(bills.total), 0) AS total,
        count(*) FILTER (
            WHERE digest_of_details(details.readings, details.lines, details.explanation) = details_digest) AS sound,
        sha256(coalesce(string_agg(details_digest, '' ORDER BY bill_id), '')) AS digests
    INTO issued
    FROM bills LEFT JOIN bill_details AS details USING (bill_id, year, month)
    WHERE (year, month) = (of_year, of_month) AND details_digest IS NOT NULL;
    IF (issued.bills, issued.bills) IS DISTINCT FROM (issued.sound, held.bills) THEN
        RAISE EXCEPTION '% bills of %/%, % details, of which % are sound', issued.bills, of_month, of_year, held.bills, issued.sound
            USING ERRCODE = 'data_corrupted';
    END IF;
    SELECT * INTO metered FROM contents_of_periods(('partitions.' || of_periods)::regclass);
    SELECT * INTO read FROM contents_of_readings(('partitions.' || of_readings)::regclass);
    EXECUTE format(
        'INSERT INTO archived_meters (act_id, partition_month, meter_number, customer_code, last_day)
         SELECT $1, $2, meter_number, customer_code, last_day
         FROM (
             SELECT meter_number, customer_code, max(period_to) AS last_day
             FROM partitions.%I JOIN partitions.%I USING (period_id) WHERE superseded_by IS NULL GROUP BY meter_number, customer_code
         ) AS latest
         WHERE NOT EXISTS (
             SELECT FROM readings JOIN metered_periods USING (period_id, partition_month)
             WHERE readings.meter_number = latest.meter_number AND metered_periods.customer_code = latest.customer_code
                 AND bill_id IS NOT NULL AND period_to > latest.last_day)', of_readings, of_periods) USING of_act, of_partition;
    SELECT * INTO left_behind FROM contents_of_meters(of_act);
    FOR attempt IN 1..50 LOOP
        BEGIN
            FOR part IN 1..3 LOOP
                EXECUTE format('ALTER TABLE %I DETACH PARTITION partitions.%I', parents[part], parts[part]);
            END LOOP;
            EXIT;
        EXCEPTION
            WHEN lock_not_available OR deadlock_detected THEN
                IF attempt = 50 THEN
                    RAISE lock_not_available USING MESSAGE = 'the month is read without a stop';
                END IF;
                PERFORM pg_sleep(0.1);
        END;
    END LOOP;
    FOR part IN 1..3 LOOP
        EXECUTE format('ALTER TABLE partitions.%I SET SCHEMA archive', parts[part]);
        EXECUTE format('CREATE OR REPLACE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON archive.%I
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change()', parts[part]);
    END LOOP;
    INSERT INTO month_acts (act_id, act, year, month, bills, kwh, total, contents, digests, reason, actor, periods, readings,
        first_day, last_day, contents_of_periods, contents_of_readings, meters, contents_of_meters, billed_periods, acts)
    VALUES (of_act, 'detached', of_year, of_month, held.bills, issued.kwh, issued.total, held.contents, issued.digests,
        why, by_actor, metered.rows, read.rows, metered.first_day, metered.last_day, metered.contents, read.contents,
        left_behind.rows, left_behind.contents, metered.billed, metered.acts)
    RETURNING * INTO done;
    RETURN done;
END
$$;

-- As 0124 has it, with the readings of the month.
CREATE OR REPLACE FUNCTION attach_month(of_act uuid, of_year integer, of_month integer, why text, by_actor jsonb) RETURNS month_acts
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    partition CONSTANT text := partition_of_details(of_year, of_month);
    of_periods CONSTANT text := partition_of_readings('metered_periods', of_year, of_month);
    of_readings CONSTANT text := partition_of_readings('readings', of_year, of_month);
    of_partition CONSTANT integer := of_year * 12 + of_month;
    kept record;
    held record;
    metered record;
    read record;
    done month_acts;
BEGIN
    SELECT * INTO done FROM month_acts WHERE act_id = of_act;
    IF FOUND THEN
        RETURN done;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('billing readings import'));
    PERFORM pg_advisory_xact_lock(hashtextextended('partitions of bill_details', 0));
    SELECT * INTO kept FROM archived_months WHERE (year, month) = (of_year, of_month);
    IF NOT FOUND OR to_regclass('archive.' || partition) IS NULL OR kept.periods IS NOT NULL
        AND (to_regclass('archive.' || of_periods) IS NULL OR to_regclass('archive.' || of_readings) IS NULL)
    THEN
        RAISE EXCEPTION '%/% is not in the archive', of_month, of_year USING ERRCODE = 'undefined_table';
    END IF;
    EXECUTE format('LOCK TABLE archive.%I IN ACCESS EXCLUSIVE MODE', partition);
    SELECT * INTO held FROM contents_of_details(('archive.' || partition)::regclass);
    IF (held.bills, held.contents) IS DISTINCT FROM (kept.bills, kept.contents) THEN
        RAISE EXCEPTION 'archive.% was changed since it was detached', partition USING ERRCODE = 'data_corrupted';
    END IF;
    EXECUTE format('ALTER TABLE archive.%I SET SCHEMA partitions', partition);
    IF kept.periods IS NOT NULL THEN
        EXECUTE format('LOCK TABLE archive.%I, archive.%I IN ACCESS EXCLUSIVE MODE', of_periods, of_readings);
        SELECT * INTO metered FROM contents_of_periods(('archive.' || of_periods)::regclass);
        SELECT * INTO read FROM contents_of_readings(('archive.' || of_readings)::regclass);
        IF (metered.rows, metered.contents) IS DISTINCT FROM (kept.periods, kept.contents_of_periods) THEN
            RAISE EXCEPTION 'archive.% was changed since it was detached', of_periods USING ERRCODE = 'data_corrupted';
        END IF;
        IF (read.rows, read.contents) IS DISTINCT FROM (kept.readings, kept.contents_of_readings) THEN
            RAISE EXCEPTION 'archive.% was changed since it was detached', of_readings USING ERRCODE = 'data_corrupted';
        END IF;
        EXECUTE format('DROP TRIGGER IF EXISTS only_added ON archive.%I', of_periods);
        EXECUTE format('DROP TRIGGER IF EXISTS only_added ON archive.%I', of_readings);
        EXECUTE format('ALTER TABLE archive.%I SET SCHEMA partitions', of_periods);
        EXECUTE format('ALTER TABLE archive.%I SET SCHEMA partitions', of_readings);
        EXECUTE format('ALTER TABLE metered_periods ATTACH PARTITION partitions.%I FOR VALUES FROM (%s) TO (%s)',
            of_periods, of_partition, of_partition + 1);
        EXECUTE format('ALTER TABLE readings ATTACH PARTITION partitions.%I FOR VALUES FROM (%s) TO (%s)',
            of_readings, of_partition, of_partition + 1);
    END IF;
    LOCK TABLE partitions.bill_details_default IN ACCESS EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM partitions.bill_details_default WHERE (year, month) = (of_year, of_month)) THEN
        PERFORM take_from_default(('partitions.' || partition)::regclass, of_year, of_month);
    END IF;
    PERFORM attach_month_of_details(('partitions.' || partition)::regclass, of_year, of_month);
    INSERT INTO month_acts (act_id, act, year, month, bills, kwh, total, contents, digests, reason, actor, periods, readings,
        first_day, last_day, contents_of_periods, contents_of_readings, meters, contents_of_meters, billed_periods, acts)
    VALUES (of_act, 'attached', of_year, of_month, kept.bills, kept.kwh, kept.total, kept.contents, kept.digests, why, by_actor,
        kept.periods, kept.readings, kept.first_day, kept.last_day, kept.contents_of_periods, kept.contents_of_readings,
        kept.meters, kept.contents_of_meters, kept.billed_periods, kept.acts)
    RETURNING * INTO done;
    RETURN done;
END
$$;
