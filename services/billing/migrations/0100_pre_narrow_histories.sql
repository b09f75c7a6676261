-- Which columns an update names decides which trigger writes its history: that costs a look at a bitmap, where the conditions that
-- compared every column cost the database more than the update itself. What is written is the same as before.

-- A migration that adds a column to one of these tables makes its triggers anew: the audit names a change that has no history.
CREATE FUNCTION narrow_history(
    watched regclass, key_column text, digested text[], narrow_columns text[], narrow_trigger text, narrow_function text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    arguments text := concat_ws(', ', quote_literal(key_column), (
        SELECT string_agg(quote_literal(name), ', ') FROM unnest(digested) AS name
    ));
    others text;
    others_differ text;
    pairs text := (
        SELECT string_agg(format(
            'IF OLD.%1$I IS DISTINCT FROM NEW.%1$I THEN
                 was := was || jsonb_build_object(%1$L, OLD.%1$I); is_now := is_now || jsonb_build_object(%1$L, NEW.%1$I);
             END IF;', name), E'\n')
        FROM unnest(narrow_columns) AS name
    );
BEGIN
    SELECT string_agg(quote_ident(attname), ', '), string_agg(format(
        CASE WHEN atttypid = 'json'::regtype THEN 'OLD.%1$I::text IS DISTINCT FROM NEW.%1$I::text'
            ELSE 'OLD.%1$I IS DISTINCT FROM NEW.%1$I' END, attname), ' OR ')
    INTO others, others_differ
    FROM pg_attribute
    WHERE attrelid = watched AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attname <> ALL (narrow_columns);
    EXECUTE format(
        'CREATE OR REPLACE FUNCTION %I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $f$
         DECLARE
             was jsonb := ''{}'';
             is_now jsonb := ''{}'';
         BEGIN
             -- Then the other trigger writes all that has changed.
             IF %s THEN
                 RETURN NULL;
             END IF;
             %s
             IF was <> ''{}'' THEN
                 INSERT INTO money_history
                     (changed_at, table_name, row_key, operation, old_values, new_values, session_role, acting_role)
                 VALUES (clock_timestamp(), %L, NEW.%I::text, ''U'', was, is_now, session_user,
                     nullif(current_setting(''role''), ''none''));
             END IF;
             RETURN NULL;
         END $f$',
        narrow_function, others_differ, pairs, (SELECT relname FROM pg_class WHERE oid = watched), key_column);
    EXECUTE format('DROP TRIGGER IF EXISTS money_history_of_updates ON %s', watched);
    EXECUTE format('DROP TRIGGER IF EXISTS %I ON %s', narrow_trigger, watched);
    EXECUTE format(
        'CREATE TRIGGER money_history_of_updates AFTER UPDATE OF %s ON %s FOR EACH ROW WHEN (%s)
         EXECUTE FUNCTION write_money_history(%s)', others, watched, others_differ, arguments);
    EXECUTE format(
        'CREATE TRIGGER %I AFTER UPDATE OF %s ON %s FOR EACH ROW EXECUTE FUNCTION %I()',
        narrow_trigger, (SELECT string_agg(quote_ident(name), ', ') FROM unnest(narrow_columns) AS name), watched,
        narrow_function);
END
$$;

SELECT narrow_history('bills', 'bill_id', '{readings,lines,explanation}', '{open_vat,open_principal}',
    'money_history_of_open_amounts', 'write_history_of_open_amounts');
SELECT narrow_history('payments', 'payment_id', '{}', '{receipt_id,receipt_number}',
    'money_history_of_receipt_number', 'write_history_of_receipt_number');
