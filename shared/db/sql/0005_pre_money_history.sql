-- What has happened to each row of the tables of money: every row as it was inserted, each change with the old and the
-- new values, when, and by which role of the database. A trigger writes it with the rights of the tables' owner, so the
-- service's role cannot write, change or delete it. What is changed past the triggers leaves the row and its history in
-- disagreement, which the audit names (ADR 29).
CREATE TABLE money_history (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    changed_at timestamptz NOT NULL,
    table_name text NOT NULL,
    row_key text NOT NULL,
    -- I inserted, U updated, D deleted, S as it stood when the history began.
    operation "char" NOT NULL CHECK (operation IN ('I', 'U', 'D', 'S')),
    -- Of an update, the changed columns only.
    old_values jsonb,
    new_values jsonb,
    session_role text NOT NULL,
    -- Set by SET ROLE; NULL when it is the session's.
    acting_role text
);
CREATE INDEX money_history_of_row ON money_history (table_name, row_key);

-- The chain: each seal is over the entries since the one before and over that one's link. Entries are not chained when
-- they are written, because then all transactions would wait for each other.
CREATE TABLE history_seals (
    seal bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    last_entry bigint NOT NULL UNIQUE,
    link bytea NOT NULL CHECK (length(link) = 32),
    sealed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE FUNCTION refuse_history_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: history is only ever added', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON money_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON history_seals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change();

-- A row as history keeps it: columns that are long are kept as their digest.
CREATE FUNCTION history_image(row_image jsonb, digested text[]) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN cardinality(digested) = 0 THEN row_image ELSE row_image || (
        SELECT jsonb_object_agg(name, md5(row_image ->> name)) FROM unnest(digested) AS name
    ) END;

CREATE AGGREGATE history_merge (jsonb) (SFUNC = jsonb_concat, STYPE = jsonb, INITCOND = '{}');

-- Moments are kept in UTC, whatever the session has.
-- Arguments: the column of the key, then the columns that are kept as digests.
CREATE FUNCTION write_money_history() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    digested CONSTANT text[] := TG_ARGV[1:];
    was jsonb;
    is_now jsonb;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        was := history_image(to_jsonb(OLD), digested);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        is_now := history_image(to_jsonb(NEW), digested);
    END IF;
    IF TG_OP = 'UPDATE' AND was ->> TG_ARGV[0] = is_now ->> TG_ARGV[0] THEN
        SELECT jsonb_object_agg(key, value), jsonb_object_agg(key, is_now -> key) INTO was, is_now
        FROM jsonb_each(was) WHERE value IS DISTINCT FROM is_now -> key;
        IF was IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO money_history
        (changed_at, table_name, row_key, operation, old_values, new_values, session_role, acting_role)
    VALUES (
        clock_timestamp(), TG_TABLE_NAME,
        CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ->> TG_ARGV[0] ELSE to_jsonb(NEW) ->> TG_ARGV[0] END,
        left(TG_OP, 1)::"char", was, is_now, session_user, nullif(current_setting('role'), 'none')
    );
    RETURN NULL;
END
$$;

-- Begins the history of a table: called by migrations. ``only_columns``: an update that changes none of them is no matter
-- of money, and is not written.
CREATE FUNCTION begin_money_history(
    watched regclass, key_column text, digested text[] DEFAULT '{}', only_columns text[] DEFAULT '{}'
) RETURNS void LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    arguments text := concat_ws(', ', quote_literal(key_column), (
        SELECT string_agg(quote_literal(name), ', ') FROM unnest(digested) AS name
    ));
    condition text := (
        SELECT 'WHEN (' || string_agg(format('OLD.%1$I IS DISTINCT FROM NEW.%1$I', name), ' OR ') || ')'
        FROM unnest(only_columns) AS name
    );
BEGIN
    EXECUTE format(
        'CREATE TRIGGER money_history AFTER INSERT OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION write_money_history(%s)',
        watched, arguments);
    EXECUTE format(
        'CREATE TRIGGER money_history_of_updates AFTER UPDATE ON %s FOR EACH ROW %s EXECUTE FUNCTION write_money_history(%s)',
        watched, coalesce(condition, ''), arguments);
    EXECUTE format(
        'CREATE TRIGGER money_history_not_emptied BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change()',
        watched);
    EXECUTE format(
        'INSERT INTO money_history (changed_at, table_name, row_key, operation, new_values, session_role)
         SELECT clock_timestamp(), %L, row_image ->> %L, ''S'', history_image(row_image, %L), session_user
         FROM (SELECT to_jsonb(watched) AS row_image FROM %s AS watched) AS rows',
        (SELECT relname FROM pg_class WHERE oid = watched), key_column, digested, watched);
END
$$;

-- The greatest entry below which no transaction is still writing one. Waits for transactions that are at it, and keeps
-- others waiting meanwhile, so the caller sets a short lock_timeout and ends its transaction at once.
CREATE FUNCTION complete_history_entry() RETURNS bigint LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    LOCK TABLE money_history IN SHARE MODE;
    RETURN (SELECT coalesce(max(entry), 0) FROM money_history);
END
$$;

-- The next link of the chain, over the entries of a range.
CREATE FUNCTION history_link(previous bytea, after_entry bigint, up_to bigint) RETURNS bytea LANGUAGE sql STABLE
    RETURN (
        SELECT sha256(previous || coalesce(string_agg(sha256(convert_to(jsonb_build_array(
            entry, extract(epoch FROM changed_at), table_name, row_key, operation, old_values, new_values, session_role,
            acting_role)::text, 'UTF8')), ''::bytea ORDER BY entry), ''::bytea))
        FROM money_history WHERE entry > after_entry AND entry <= up_to
    );

-- Seals complete entries, in blocks of ten thousand.
CREATE FUNCTION seal_history(up_to bigint) RETURNS bigint LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    last history_seals;
    block_end bigint;
    sealed bigint := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('seal of money_history', 0));
    SELECT * INTO last FROM history_seals ORDER BY seal DESC LIMIT 1;
    LOOP
        SELECT max(entry) INTO block_end FROM (
            SELECT entry FROM money_history WHERE entry > coalesce(last.last_entry, 0) AND entry <= up_to
            ORDER BY entry LIMIT 10000
        ) AS block;
        EXIT WHEN block_end IS NULL;
        INSERT INTO history_seals (last_entry, link)
        VALUES (block_end, history_link(
            coalesce(last.link, sha256(convert_to('money_history', 'UTF8'))), coalesce(last.last_entry, 0), block_end))
        RETURNING * INTO last;
        sealed := sealed + 1;
    END LOOP;
    RETURN sealed;
END
$$;
