-- The history of a bill whose open amounts change, and of nothing else: the whole row, with its lines and readings, need not be made
-- into JSON twice for that. What is written is the same as before.
CREATE FUNCTION write_history_of_open_amounts() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    was jsonb := '{}';
    is_now jsonb := '{}';
BEGIN
    IF OLD.open_vat <> NEW.open_vat THEN
        was := was || jsonb_build_object('open_vat', OLD.open_vat);
        is_now := is_now || jsonb_build_object('open_vat', NEW.open_vat);
    END IF;
    IF OLD.open_principal <> NEW.open_principal THEN
        was := was || jsonb_build_object('open_principal', OLD.open_principal);
        is_now := is_now || jsonb_build_object('open_principal', NEW.open_principal);
    END IF;
    INSERT INTO money_history
        (changed_at, table_name, row_key, operation, old_values, new_values, session_role, acting_role)
    VALUES (
        clock_timestamp(), 'bills', NEW.bill_id::text, 'U', was, is_now,
        session_user, nullif(current_setting('role'), 'none')
    );
    RETURN NULL;
END
$$;

-- Each update fires one of the two. A migration that adds a column to bills makes both anew: the audit names a change that has no
-- history.
DO $$
DECLARE
    others text := (
        SELECT string_agg(format(
            CASE WHEN atttypid IN ('json'::regtype, 'jsonb'::regtype)
                THEN 'OLD.%1$I::text IS DISTINCT FROM NEW.%1$I::text' ELSE 'OLD.%1$I IS DISTINCT FROM NEW.%1$I' END, attname
        ), ' OR ')
        FROM pg_attribute
        WHERE attrelid = 'bills'::regclass AND attnum > 0 AND NOT attisdropped
            AND attname NOT IN ('open_vat', 'open_principal')
    );
BEGIN
    EXECUTE 'DROP TRIGGER money_history_of_updates ON bills';
    EXECUTE format(
        'CREATE TRIGGER money_history_of_updates AFTER UPDATE ON bills FOR EACH ROW WHEN (%s)
         EXECUTE FUNCTION write_money_history(%L, %L, %L, %L)', others, 'bill_id', 'readings', 'lines', 'explanation');
    EXECUTE format(
        'CREATE TRIGGER money_history_of_open_amounts AFTER UPDATE ON bills FOR EACH ROW
         WHEN (NOT (%s) AND (OLD.open_vat <> NEW.open_vat OR OLD.open_principal <> NEW.open_principal))
         EXECUTE FUNCTION write_history_of_open_amounts()', others);
END
$$;
