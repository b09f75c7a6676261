-- Months of what explains bills are put into the archive (ADR 59): the partition is detached and lies in a schema of its own, from where the
-- operator dumps and drops it. What it held is kept here, so that the audit knows what is missing, and nothing else comes back.
CREATE SCHEMA archive;

CREATE TABLE month_acts (
    act_id uuid PRIMARY KEY,
    sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    act text NOT NULL CHECK (act IN ('detached', 'attached')),
    year integer NOT NULL,
    month integer NOT NULL,
    -- Rows of the partition, and what the bills come to that they explain.
    bills bigint NOT NULL,
    kwh bigint NOT NULL,
    total bigint NOT NULL,
    -- SHA-256 over all rows in the order of their bills, and over the digests that the register has of these bills.
    contents bytea NOT NULL CHECK (length(contents) = 32),
    digests bytea NOT NULL CHECK (length(digests) = 32),
    reason text NOT NULL CHECK (reason <> ''),
    actor jsonb NOT NULL,
    acted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX month_acts_of_month ON month_acts (year, month, sequence);
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON month_acts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change();

SELECT begin_history_of_others('month_acts', 'act_id');

CREATE VIEW archived_months AS
SELECT * FROM (
    SELECT DISTINCT ON (year, month) year, month, act, bills, kwh, total, contents, digests, reason, actor, acted_at
    FROM month_acts ORDER BY year, month, sequence DESC
) AS latest
WHERE act = 'detached';

-- As it is stored, to the letter: the same after a dump and its restore.
CREATE FUNCTION contents_of_details(details regclass, OUT bills bigint, OUT contents bytea) LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format(
        'SELECT count(*), sha256(coalesce(string_agg(sha256(convert_to(
            concat_ws(E''\n'', bill_id, year, month, readings, lines, explanation), ''UTF8'')), '''' ORDER BY bill_id), ''''))
         FROM %s', details) INTO bills, contents;
END
$$;

-- As 0120 has it, and no partition for a month that is in the archive: what is billed for it all the same lies in the default one.
CREATE OR REPLACE FUNCTION make_month_of_details(of_year integer, of_month integer, moving boolean DEFAULT false) RETURNS boolean
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
    IF EXISTS (SELECT FROM archived_months WHERE (year, month) = (of_year, of_month)) THEN
        RETURN false;
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

-- What a month still needs its details for, as numbers of rows: 0 where it may go. Its age is for those who ask to look at. Bills of the version before
-- have their details in the register, where they stay.
CREATE FUNCTION month_in_use(
    of_year integer, of_month integer, OUT open_bills bigint, OUT without_a_bill bigint, OUT in_the_register bigint
) LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT
        (SELECT count(*) FROM bills WHERE (year, month) = (of_year, of_month) AND open_principal + open_vat > 0),
        (SELECT count(*) FROM metered_periods
         WHERE (year, month) = (of_year, of_month) AND bill_id IS NULL AND superseded_by IS NULL),
        (SELECT count(*) FROM bills WHERE (year, month) = (of_year, of_month) AND details_digest IS NULL)
$$;

-- Detaches a month and keeps what it held; all or nothing. Refused (restrict_violation) while the month is in use, and where its details
-- are not those that its bills were issued with. New bills of the month wait until it ends, readers for a moment at its end.
CREATE FUNCTION detach_month(of_act uuid, of_year integer, of_month integer, why text, by_actor jsonb) RETURNS month_acts
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
    PERFORM pg_advisory_xact_lock(hashtextextended('months of bill_details', 0));
    IF to_regclass(partition) IS NULL THEN
        RAISE EXCEPTION 'no partition of %/%', of_month, of_year USING ERRCODE = 'undefined_table';
    END IF;
    EXECUTE format('LOCK TABLE %I IN SHARE ROW EXCLUSIVE MODE', partition);
    SELECT * INTO in_use FROM month_in_use(of_year, of_month);
    IF in_use.open_bills + in_use.without_a_bill > 0 THEN
        RAISE EXCEPTION '%/% is in use', of_month, of_year USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT * INTO held FROM contents_of_details(partition::regclass);
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
            EXECUTE format('ALTER TABLE bill_details DETACH PARTITION %I', partition);
            EXIT;
        EXCEPTION
            WHEN lock_not_available THEN
                IF attempt = 50 THEN
                    RAISE;
                END IF;
                PERFORM pg_sleep(0.1);
        END;
    END LOOP;
    EXECUTE format('ALTER TABLE %I SET SCHEMA archive', partition);
    INSERT INTO month_acts (act_id, act, year, month, bills, kwh, total, contents, digests, reason, actor)
    VALUES (of_act, 'detached', of_year, of_month, held.bills, issued.kwh, issued.total, held.contents, issued.digests,
        why, by_actor)
    RETURNING * INTO done;
    RETURN done;
END
$$;

-- Brings a month back out of the schema `archive`, as long as it is what was detached; with what was billed for it meanwhile.
CREATE FUNCTION attach_month(of_act uuid, of_year integer, of_month integer, why text, by_actor jsonb) RETURNS month_acts
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
    PERFORM pg_advisory_xact_lock(hashtextextended('months of bill_details', 0));
    SELECT * INTO kept FROM archived_months WHERE (year, month) = (of_year, of_month);
    IF NOT FOUND OR to_regclass('archive.' || partition) IS NULL THEN
        RAISE EXCEPTION '%/% is not in the archive', of_month, of_year USING ERRCODE = 'undefined_table';
    END IF;
    EXECUTE format('LOCK TABLE archive.%I IN ACCESS EXCLUSIVE MODE', partition);
    SELECT * INTO held FROM contents_of_details(('archive.' || partition)::regclass);
    IF (held.bills, held.contents) IS DISTINCT FROM (kept.bills, kept.contents) THEN
        RAISE EXCEPTION 'archive.% was changed since it was detached', partition USING ERRCODE = 'data_corrupted';
    END IF;
    EXECUTE format('ALTER TABLE archive.%I SET SCHEMA public', partition);
    EXECUTE format('CREATE OR REPLACE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change()', partition);
    LOCK TABLE bill_details_default IN ACCESS EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM bill_details_default WHERE (year, month) = (of_year, of_month)) THEN
        PERFORM take_from_default(partition, of_year, of_month);
    END IF;
    PERFORM attach_month_of_details(partition, of_year, of_month);
    INSERT INTO month_acts (act_id, act, year, month, bills, kwh, total, contents, digests, reason, actor)
    VALUES (of_act, 'attached', of_year, of_month, kept.bills, kept.kwh, kept.total, kept.contents, kept.digests, why, by_actor)
    RETURNING * INTO done;
    RETURN done;
END
$$;
