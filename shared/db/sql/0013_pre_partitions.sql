-- Tables that lie in partitions by time, so that what is old is dropped as a whole (ADR 58). A migration registers a table; the service
-- itself makes partitions ahead and drops old ones through functions that work with the rights of the tables' owner.

-- Apart from `public`, so that rights, statistics and histories speak of the tables themselves. Nobody but the owner enters: a service
-- reaches a partition by its table alone.
CREATE SCHEMA partitions;

CREATE TABLE partitioned_tables (
    table_name text PRIMARY KEY,
    span text NOT NULL CHECK (span IN ('day', 'month')),
    -- So many spans after the present one have partitions.
    ahead integer NOT NULL CHECK (ahead BETWEEN 1 AND 60),
    -- A partition is dropped when it ended at least so long ago; NULL: never.
    kept interval CHECK (kept > interval '0'),
    -- Rows that are still needed, whenever they are from: SQL of a row, with $1 for the moment since when rows are kept.
    still_counts text,
    -- When a copy of the service last looked, and since when what it finds old may be dropped: a clock that has jumped drops nothing for a
    -- day.
    looked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    drops_after timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((kept IS NULL) = (still_counts IS NULL))
);

-- As 0007 has it; of a row in a partition, its table is named.
CREATE OR REPLACE FUNCTION write_money_history() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    digested CONSTANT text[] := TG_ARGV[1:];
    was jsonb;
    is_now jsonb;
    row_key text;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        was := history_image(to_jsonb(OLD), digested);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        is_now := history_image(to_jsonb(NEW), digested);
    END IF;
    row_key := coalesce(is_now, was) ->> TG_ARGV[0];
    IF TG_OP = 'UPDATE' AND was ->> TG_ARGV[0] = row_key THEN
        SELECT jsonb_object_agg(key, value), jsonb_object_agg(key, is_now -> key) INTO was, is_now
        FROM jsonb_each(was) WHERE value IS DISTINCT FROM is_now -> key;
        IF was IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO money_history
        (changed_at, table_name, row_key, operation, old_values, new_values, session_role, acting_role)
    VALUES (
        clock_timestamp(),
        CASE WHEN TG_TABLE_SCHEMA = 'public' THEN TG_TABLE_NAME
            ELSE coalesce((SELECT relname FROM pg_class WHERE oid = pg_partition_root(TG_RELID)), TG_TABLE_NAME) END,
        row_key, left(TG_OP, 1)::"char", was, is_now, session_user, nullif(current_setting('role'), 'none')
    );
    RETURN NULL;
END
$$;

-- Locks a table for a change of what it is. While the lock is waited for, everybody else waits behind it: so it is tried shortly, again and
-- again.
CREATE FUNCTION lock_shortly(locked regclass) RETURNS void LANGUAGE plpgsql SET lock_timeout = '200ms' AS $$
BEGIN
    FOR attempt IN 1..150 LOOP
        BEGIN
            EXECUTE format('LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE', locked);
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.2);
        END;
    END LOOP;
    RAISE lock_not_available USING MESSAGE = format('%s is in use by a transaction that does not end', locked);
END
$$;

-- --- keys: a moment, a UUIDv7, or year and month -----------------------------------------------------------------------------------

-- By what a table is partitioned, as the types of the key's columns.
CREATE FUNCTION partition_key_types(parent text) RETURNS text LANGUAGE sql STABLE
    RETURN (
        SELECT string_agg(format_type(atttypid, NULL), ', ' ORDER BY place)
        FROM pg_partitioned_table, unnest(partattrs::int2[]) WITH ORDINALITY AS key (number, place), pg_attribute
        WHERE partrelid = format('public.%I', parent)::regclass AND attrelid = partrelid AND attnum = number
    );

-- The columns of the key of a table's partitions, and all columns that can be written.
CREATE FUNCTION partition_key(parent text) RETURNS text LANGUAGE sql STABLE
    RETURN (
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY place)
        FROM pg_partitioned_table, unnest(partattrs::int2[]) WITH ORDINALITY AS key (number, place), pg_attribute
        WHERE partrelid = format('public.%I', parent)::regclass AND attrelid = partrelid AND attnum = number
    );
CREATE FUNCTION partition_columns(parent text) RETURNS text LANGUAGE sql STABLE
    RETURN (
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
        FROM pg_attribute
        WHERE attrelid = format('public.%I', parent)::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    );

-- The first UUIDv7 of a moment: its first 48 bits are milliseconds.
CREATE FUNCTION first_id_of(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE
    RETURN (rpad(lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0'), 32, '0'))::uuid;

-- A moment as the bound of a partition.
CREATE FUNCTION bound_of(parent text, moment timestamptz) RETURNS text LANGUAGE sql STABLE SET timezone = 'UTC' SET datestyle = 'ISO'
    RETURN CASE partition_key_types(parent)
        WHEN 'timestamp with time zone' THEN quote_literal(moment::text)
        WHEN 'uuid' THEN quote_literal(first_id_of(moment)::text)
        ELSE to_char(moment, 'FMYYYY, FMMM')
    END;

-- The bound of a partition, as PostgreSQL shows it, as a moment.
CREATE FUNCTION moment_of_bound(bound text) RETURNS timestamptz LANGUAGE sql STABLE SET timezone = 'UTC' SET datestyle = 'ISO'
    RETURN CASE
        WHEN bound LIKE 'MINVALUE%' THEN '-infinity'::timestamptz
        WHEN bound LIKE 'MAXVALUE%' THEN 'infinity'::timestamptz
        WHEN bound ~ '^''[0-9a-f]{8}-[0-9a-f]{4}-' THEN
            to_timestamp(('x' || lpad(left(translate(bound, '''-', ''), 12), 16, '0'))::bit(64)::bigint / 1000.0)
        WHEN bound ~ '^''?\d+''?, ' THEN
            make_timestamptz((regexp_match(bound, '\d+'))[1]::integer, (regexp_match(bound, ', ''?(\d+)'))[1]::integer, 1, 0, 0, 0)
        ELSE trim(bound, '''')::timestamptz
    END;

-- The partitions of a table but the default one, each with the span that it is for.
CREATE FUNCTION partitions_of(parent text)
    RETURNS TABLE (partition_name text, begins timestamptz, ends timestamptz) LANGUAGE sql STABLE AS $$
    SELECT relname::text, moment_of_bound(bounds[1]), moment_of_bound(bounds[2])
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid,
        regexp_match(pg_get_expr(relpartbound, pg_class.oid), 'FROM \((.*)\) TO \((.*)\)') AS bounds
    WHERE inhparent = format('public.%I', parent)::regclass AND bounds IS NOT NULL
$$;

-- --- for migrations ----------------------------------------------------------------------------------------------------------------

-- Gives the roles that may use a table the same rights on another one, because rights are granted only after a migration.
CREATE FUNCTION copy_rights(given regclass, taken regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT privilege_type, '' AS columns, grantee
        FROM pg_class, aclexplode(relacl) WHERE oid = given AND grantee NOT IN (0, relowner)
        UNION ALL
        SELECT privilege_type, format('(%I)', attname), grantee
        FROM pg_attribute, aclexplode(attacl) WHERE attrelid = given AND grantee <> 0
    LOOP
        EXECUTE format('GRANT %s %s ON TABLE %s TO %s', one.privilege_type, one.columns, taken, one.grantee::regrole);
    END LOOP;
END
$$;

-- Registers a partitioned table and makes its default partition: an insert never fails because there is no partition for it.
CREATE FUNCTION begin_partitions(parent text, span text, ahead integer, kept interval DEFAULT NULL, still_counts text DEFAULT NULL)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO partitioned_tables (table_name, span, ahead, kept, still_counts) VALUES (parent, span, ahead, kept, still_counts);
    EXECUTE format('CREATE TABLE partitions.%I PARTITION OF public.%I DEFAULT', parent || '_default', parent);
END
$$;

-- Makes the table that was there before (partitions.TABLE_earlier) the first partition, which ends with the present span or at ``ends``. Its
-- rows are read once; those of a later time are moved to where they belong. One without rows is dropped.
CREATE FUNCTION attach_earlier(parent text, ends timestamptz DEFAULT NULL) RETURNS void LANGUAGE plpgsql
    SET timezone = 'UTC' AS $$
DECLARE
    earlier CONSTANT text := parent || '_earlier';
    key CONSTANT text := partition_key(parent);
    bound CONSTANT text := bound_of(parent, coalesce(ends, (
        SELECT date_trunc(span, clock_timestamp()) + ('1 ' || span)::interval FROM partitioned_tables WHERE table_name = parent)));
    attach CONSTANT text := format(
        'ALTER TABLE public.%I ATTACH PARTITION partitions.%I FOR VALUES FROM (%s) TO (%s)', parent, earlier,
        regexp_replace(key, '[^,]+', 'MINVALUE', 'g'), bound);
    columns CONSTANT text := partition_columns(parent);
    holds boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM partitions.%I)', earlier) INTO holds;
    IF NOT holds THEN
        EXECUTE format('DROP TABLE partitions.%I', earlier);
        RETURN;
    END IF;
    BEGIN
        EXECUTE attach;
    EXCEPTION WHEN check_violation THEN
        EXECUTE format(
            'WITH moved AS (DELETE FROM partitions.%I WHERE (%s) >= (%s) RETURNING %s)
             INSERT INTO public.%I (%4$s) OVERRIDING SYSTEM VALUE SELECT %4$s FROM moved', earlier, key, bound, columns, parent);
        EXECUTE attach;
    END;
END
$$;

-- Makes the partitions of the span of ``present`` and of those ahead that are missing; returns how many. What has fallen into the default
-- partition meanwhile is moved to where it belongs, unless it is so much that everybody would wait: then it stays there, and the span has
-- no other partition.
CREATE FUNCTION make_partitions(parent text, present timestamptz) RETURNS integer LANGUAGE plpgsql
    SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    most_moved CONSTANT integer := 100000;
    fallen CONSTANT text := parent || '_default';
    key CONSTANT text := partition_key(parent);
    columns CONSTANT text := partition_columns(parent);
    plan partitioned_tables;
    step interval;
    begun timestamptz;
    bounds text;
    statement text;
    statements text[] := '{}';
    moves boolean := false;
    found boolean;
    held bigint;
BEGIN
    SELECT * INTO STRICT plan FROM partitioned_tables WHERE table_name = parent;
    step := ('1 ' || plan.span)::interval;
    FOR begun IN
        SELECT start
        FROM generate_series(date_trunc(plan.span, present), date_trunc(plan.span, present) + plan.ahead * step, step) AS start
        WHERE NOT EXISTS (SELECT FROM partitions_of(parent) WHERE begins < start + step AND ends > start)
    LOOP
        statement := format('CREATE TABLE partitions.%I PARTITION OF public.%I FOR VALUES FROM (%s) TO (%s)',
            parent || to_char(begun, CASE plan.span WHEN 'day' THEN '_YYYYMMDD' ELSE '_YYYYMM' END), parent,
            bound_of(parent, begun), bound_of(parent, begun + step));
        EXECUTE format('SELECT EXISTS (SELECT FROM partitions.%1$I WHERE (%2$s) >= (%3$s) AND (%2$s) < (%4$s))',
            fallen, key, bound_of(parent, begun), bound_of(parent, begun + step)) INTO found;
        IF found AND held IS NULL THEN
            EXECUTE format('SELECT count(*) FROM (SELECT FROM partitions.%I LIMIT %s) AS rows', fallen, most_moved + 1) INTO held;
        END IF;
        IF found AND held > most_moved THEN
            RAISE WARNING '% has too many rows in its default partition: they are not moved', parent;
            CONTINUE;
        END IF;
        moves := moves OR found;
        statements := statements || statement;
    END LOOP;
    IF moves THEN
        -- All of it is written anew rather than deleted: whoever deletes rows by hand is counted by the server, and this is not.
        EXECUTE format('LOCK TABLE ONLY public.%I IN ACCESS EXCLUSIVE MODE', parent);
        EXECUTE format('ALTER TABLE public.%I DETACH PARTITION partitions.%I', parent, fallen);
        EXECUTE format('ALTER TABLE partitions.%I RENAME TO %I', fallen, parent || '_moved');
    END IF;
    FOREACH statement IN ARRAY statements LOOP
        EXECUTE statement;
    END LOOP;
    IF moves THEN
        EXECUTE format('CREATE TABLE partitions.%I PARTITION OF public.%I DEFAULT', fallen, parent);
        EXECUTE format('INSERT INTO public.%I (%s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM partitions.%I',
            parent, columns, parent || '_moved');
        EXECUTE format('DROP TABLE partitions.%I', parent || '_moved');
    END IF;
    RETURN cardinality(statements);
END
$$;

-- --- for services ------------------------------------------------------------------------------------------------------------------
-- They wait for locks so shortly that nobody notices who waits behind them: lock_not_available says to try again later.

-- Makes the partitions that are missing now; returns how many, NULL while another copy looks after the table.
CREATE FUNCTION keep_partitions(parent text) RETURNS integer LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '100ms' AS $$
DECLARE
    present CONSTANT timestamptz := clock_timestamp();
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('partitions of ' || parent, 0)) THEN
        RETURN NULL;
    END IF;
    UPDATE partitioned_tables
    SET looked_at = present,
        drops_after = CASE WHEN present BETWEEN looked_at - interval '1 hour' AND looked_at + interval '2 days' THEN drops_after
            ELSE present + interval '1 day' END
    WHERE table_name = parent;
    RETURN make_partitions(parent, present);
END
$$;

-- Drops the oldest partition that ended long enough ago (``wanted``: at least so long) and holds no row that still counts; returns its name,
-- NULL when there is none, or while another copy looks after the table.
CREATE FUNCTION drop_partition(parent text, wanted interval DEFAULT NULL) RETURNS text LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '100ms' AS $$
DECLARE
    plan partitioned_tables;
    since timestamptz;
    old text;
    counts boolean;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE invalid_transaction_state USING MESSAGE = 'a snapshot does not show what was written since';
    END IF;
    IF NOT pg_try_advisory_xact_lock(hashtextextended('partitions of ' || parent, 0)) THEN
        RETURN NULL;
    END IF;
    SELECT * INTO STRICT plan FROM partitioned_tables WHERE table_name = parent;
    IF plan.kept IS NULL OR clock_timestamp() < plan.drops_after THEN
        RETURN NULL;
    END IF;
    since := clock_timestamp() - greatest(plan.kept, wanted);
    FOR old IN SELECT partition_name FROM partitions_of(parent) WHERE ends <= since ORDER BY ends LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM partitions.%I WHERE %s)', old, plan.still_counts) INTO counts USING since;
        CONTINUE WHEN counts;
        EXECUTE format('LOCK TABLE ONLY public.%I, partitions.%I IN ACCESS EXCLUSIVE MODE', parent, old);
        -- Once more, now that nobody can write into it.
        EXECUTE format('SELECT EXISTS (SELECT FROM partitions.%I WHERE %s)', old, plan.still_counts) INTO counts USING since;
        IF counts THEN
            RETURN NULL;
        END IF;
        EXECUTE format('DROP TABLE partitions.%I', old);
        RETURN old;
    END LOOP;
    RETURN NULL;
END
$$;

-- Deletes some rows that count no more from the default partition; returns how many.
CREATE FUNCTION delete_from_default(parent text, wanted interval DEFAULT NULL) RETURNS bigint LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '100ms' AS $$
DECLARE
    plan partitioned_tables;
    deleted bigint;
BEGIN
    SELECT * INTO STRICT plan FROM partitioned_tables WHERE table_name = parent;
    IF plan.kept IS NULL OR clock_timestamp() < plan.drops_after THEN
        RETURN 0;
    END IF;
    EXECUTE format(
        'DELETE FROM partitions.%I WHERE ctid = ANY (ARRAY(
             SELECT ctid FROM partitions.%1$I WHERE (%2$s) IS NOT TRUE LIMIT 5000 FOR UPDATE SKIP LOCKED))',
        parent || '_default', plan.still_counts) USING clock_timestamp() - greatest(plan.kept, wanted);
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END
$$;

-- How many of the partitions that should be there are not.
CREATE FUNCTION missing_partitions() RETURNS TABLE (table_name text, missing bigint) LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
    SELECT table_name, count(*) FILTER (WHERE NOT EXISTS (
        SELECT FROM partitions_of(table_name) WHERE begins <= start AND ends > start))
    FROM partitioned_tables, generate_series(
        date_trunc(span, clock_timestamp()), date_trunc(span, clock_timestamp()) + ahead * ('1 ' || span)::interval,
        ('1 ' || span)::interval) AS start
    GROUP BY table_name
$$;
