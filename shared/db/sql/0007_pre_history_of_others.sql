-- Beside the tables of money, what other roles than the service's do to rows of further tables is kept in the history: print
-- jobs, opt-outs, checkpoints. The service writes them too often for keeping that, too, and nobody else has anything to do there.

-- As 0005 has it; the key is taken from the image, so that a key that identifies a person can be kept as its digest.
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
        clock_timestamp(), TG_TABLE_NAME, row_key,
        left(TG_OP, 1)::"char", was, is_now, session_user, nullif(current_setting('role'), 'none')
    );
    RETURN NULL;
END
$$;

-- A service's role has the name of its database. Where no role has it, nothing is known of roles and nothing is kept.
CREATE FUNCTION is_other_role() RETURNS boolean LANGUAGE sql STABLE
    RETURN session_user <> current_database() AND to_regrole(quote_ident(current_database())) IS NOT NULL;

CREATE FUNCTION begin_history_of_others(watched regclass, key_column text, digested text[] DEFAULT '{}') RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    arguments text := concat_ws(', ', quote_literal(key_column), (
        SELECT string_agg(quote_literal(name), ', ') FROM unnest(digested) AS name
    ));
BEGIN
    EXECUTE format(
        'CREATE TRIGGER history_of_others AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW
         WHEN (session_user <> current_database() AND is_other_role()) EXECUTE FUNCTION write_money_history(%s)',
        watched, arguments);
END
$$;
