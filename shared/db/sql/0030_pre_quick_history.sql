-- As 0013 has it, but the name of the table is found before. As a part of the INSERT, the look into the catalogue made the database plan it
-- anew for each row: with what is known of the row the look falls away, and the plan without it seemed cheaper than the one that it could
-- have kept. And what is kept as a digest is looked at only where there is such a column: history_image is begun as a query of its own.
CREATE OR REPLACE FUNCTION write_money_history() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    digested CONSTANT text[] := TG_ARGV[1:];
    watched name := TG_TABLE_NAME;
    was jsonb;
    is_now jsonb;
    row_key text;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        was := to_jsonb(OLD);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        is_now := to_jsonb(NEW);
    END IF;
    IF TG_NARGS > 1 THEN
        was := history_image(was, digested);
        is_now := history_image(is_now, digested);
    END IF;
    row_key := coalesce(is_now, was) ->> TG_ARGV[0];
    IF TG_OP = 'UPDATE' AND was ->> TG_ARGV[0] = row_key THEN
        SELECT jsonb_object_agg(key, value), jsonb_object_agg(key, is_now -> key) INTO was, is_now
        FROM jsonb_each(was) WHERE value IS DISTINCT FROM is_now -> key;
        IF was IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    IF TG_TABLE_SCHEMA <> 'public' THEN
        watched := coalesce((SELECT relname FROM pg_class WHERE oid = pg_partition_root(TG_RELID)), TG_TABLE_NAME);
    END IF;
    INSERT INTO money_history
        (changed_at, table_name, row_key, operation, old_values, new_values, session_role, acting_role)
    VALUES (
        clock_timestamp(), watched, row_key,
        left(TG_OP, 1)::"char", was, is_now, session_user, nullif(current_setting('role'), 'none')
    );
    RETURN NULL;
END
$$;
