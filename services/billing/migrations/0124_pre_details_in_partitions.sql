-- Partitions of bills' details are looked after like those of other tables (ADR 58): made ahead by the service's loop, with the metric and the alert of
-- what is missing. They lie in the schema `partitions`, which nobody but the owner enters.
SELECT lock_shortly('bill_details');
INSERT INTO partitioned_tables (table_name, span, ahead) VALUES ('bill_details', 'month', 3);

CREATE OR REPLACE FUNCTION partition_of_details(of_year integer, of_month integer) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN format('bill_details_%s%s', of_year, lpad(of_month::text, 2, '0'));

DO $$
DECLARE
    partition record;
BEGIN
    FOR partition IN
        SELECT relname AS name, replace(substr(relname, 14), '_', '') AS place
        FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = 'bill_details'::regclass
    LOOP
        EXECUTE format('DROP TRIGGER only_added ON %I', partition.name);
        EXECUTE format('ALTER TABLE %I SET SCHEMA partitions', partition.name);
        IF partition.name <> 'bill_details_' || partition.place THEN
            EXECUTE format('ALTER TABLE partitions.%I RENAME TO %I', partition.name, 'bill_details_' || partition.place);
        END IF;
    END LOOP;
END
$$;

-- On each partition, too, also on those that are made later.
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON bill_details
    FOR EACH ROW EXECUTE FUNCTION refuse_history_change();

CREATE OR REPLACE FUNCTION take_from_default(partition regclass, of_year integer, of_month integer) RETURNS void LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    ALTER TABLE bill_details DETACH PARTITION partitions.bill_details_default;
    EXECUTE format('INSERT INTO %s SELECT * FROM partitions.bill_details_default WHERE (year, month) = ($1, $2)', partition)
        USING of_year, of_month;
    ALTER TABLE partitions.bill_details_default RENAME TO bill_details_moved;
    CREATE TABLE partitions.bill_details_default (LIKE bill_details INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
    INSERT INTO partitions.bill_details_default
    SELECT * FROM partitions.bill_details_moved WHERE (year, month) <> (of_year, of_month);
    DROP TABLE partitions.bill_details_moved;
    ALTER TABLE bill_details ATTACH PARTITION partitions.bill_details_default DEFAULT;
END
$$;

-- As 0122 has it.
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
    IF to_regclass('partitions.' || partition) IS NOT NULL THEN
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

-- Detaches a month and keeps what it held; all or nothing. Refused (restrict_violation) while the month is in use, and where its details
-- are not those that its bills were issued with. New bills of the month wait until it ends, readers for a moment at its end.
CREATE OR REPLACE FUNCTION detach_month(of_act uuid, of_year integer, of_month integer, why text, by_actor jsonb) RETURNS month_acts
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '100ms' AS $$
DECLARE
    partition CONSTANT text := partition_of_details(of_year, of_month);
    in_use record;
    held record;
    issued record;
    done month_acts;
BEGIN
    SELECT * INTO done FROM month_acts WHERE act_id = of_act;
    IF FOUND THEN
        RETURN done;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('partitions of bill_details', 0));
    IF to_regclass('partitions.' || partition) IS NULL THEN
        RAISE EXCEPTION 'no partition of %/%', of_month, of_year USING ERRCODE = 'undefined_table';
    END IF;
    EXECUTE format('LOCK TABLE partitions.%I IN SHARE ROW EXCLUSIVE MODE', partition);
    SELECT * INTO in_use FROM month_in_use(of_year, of_month);
    IF in_use.open_bills + in_use.without_a_bill > 0 THEN
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
    FOR attempt IN 1..50 LOOP
        BEGIN
            EXECUTE format('ALTER TABLE bill_details DETACH PARTITION partitions.%I', partition);
            EXIT;
        EXCEPTION
            WHEN lock_not_available THEN
                IF attempt = 50 THEN
                    RAISE;
                END IF;
                PERFORM pg_sleep(0.1);
        END;
    END LOOP;
    EXECUTE format('ALTER TABLE partitions.%I SET SCHEMA archive', partition);
    EXECUTE format('CREATE OR REPLACE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON archive.%I
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change()', partition);
    INSERT INTO month_acts (act_id, act, year, month, bills, kwh, total, contents, digests, reason, actor)
    VALUES (of_act, 'detached', of_year, of_month, held.bills, issued.kwh, issued.total, held.contents, issued.digests,
        why, by_actor)
    RETURNING * INTO done;
    RETURN done;
END
$$;

-- Brings a month back out of the schema `archive`, as long as it is what was detached; with what was billed for it meanwhile.
CREATE OR REPLACE FUNCTION attach_month(of_act uuid, of_year integer, of_month integer, why text, by_actor jsonb) RETURNS month_acts
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    partition CONSTANT text := partition_of_details(of_year, of_month);
    kept record;
    held record;
    done month_acts;
BEGIN
    SELECT * INTO done FROM month_acts WHERE act_id = of_act;
    IF FOUND THEN
        RETURN done;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('partitions of bill_details', 0));
    SELECT * INTO kept FROM archived_months WHERE (year, month) = (of_year, of_month);
    IF NOT FOUND OR to_regclass('archive.' || partition) IS NULL THEN
        RAISE EXCEPTION '%/% is not in the archive', of_month, of_year USING ERRCODE = 'undefined_table';
    END IF;
    EXECUTE format('LOCK TABLE archive.%I IN ACCESS EXCLUSIVE MODE', partition);
    SELECT * INTO held FROM contents_of_details(('archive.' || partition)::regclass);
    IF (held.bills, held.contents) IS DISTINCT FROM (kept.bills, kept.contents) THEN
        RAISE EXCEPTION 'archive.% was changed since it was detached', partition USING ERRCODE = 'data_corrupted';
    END IF;
    EXECUTE format('ALTER TABLE archive.%I SET SCHEMA partitions', partition);
    LOCK TABLE partitions.bill_details_default IN ACCESS EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM partitions.bill_details_default WHERE (year, month) = (of_year, of_month)) THEN
        PERFORM take_from_default(('partitions.' || partition)::regclass, of_year, of_month);
    END IF;
    PERFORM attach_month_of_details(('partitions.' || partition)::regclass, of_year, of_month);
    INSERT INTO month_acts (act_id, act, year, month, bills, kwh, total, contents, digests, reason, actor)
    VALUES (of_act, 'attached', of_year, of_month, kept.bills, kept.kwh, kept.total, kept.contents, kept.digests, why, by_actor)
    RETURNING * INTO done;
    RETURN done;
END
$$;
