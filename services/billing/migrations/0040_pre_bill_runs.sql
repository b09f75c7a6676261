-- Bills are computed as drafts, and become bills when a second person has confirmed what they come to (ADR 47).
CREATE TABLE bill_runs (
    run_id uuid PRIMARY KEY,
    -- Units whose codes begin so: a whole code for a unit, its first characters for a company, '' for all.
    unit_prefix text NOT NULL,
    -- Of the bills; NULL: of all months that wait.
    year integer,
    month integer CHECK (month BETWEEN 1 AND 12),
    -- Computed to be looked at, never released.
    is_trial boolean NOT NULL DEFAULT false,
    -- Released by whoever imported the readings (samples, tests): no second person.
    is_at_once boolean NOT NULL DEFAULT false,
    state text NOT NULL CHECK (state IN ('computing', 'computed', 'releasing', 'released', 'discarded')),
    asked_by jsonb NOT NULL,
    asked_at timestamptz NOT NULL,
    parts integer NOT NULL DEFAULT 0,
    computed_parts integer NOT NULL DEFAULT 0,
    computed_at timestamptz,
    -- What the drafts come to: what is confirmed.
    bills bigint NOT NULL DEFAULT 0,
    kwh bigint NOT NULL DEFAULT 0,
    pre_vat bigint NOT NULL DEFAULT 0,
    vat bigint NOT NULL DEFAULT 0,
    total bigint NOT NULL DEFAULT 0,
    set_aside bigint NOT NULL DEFAULT 0,
    confirmed_by jsonb,
    confirmed_at timestamptz,
    released_parts integer NOT NULL DEFAULT 0,
    released_bills bigint NOT NULL DEFAULT 0,
    released_total bigint NOT NULL DEFAULT 0,
    -- Drafts whose readings were held or replaced between the confirmation and their batch: they are no bills.
    left_out_bills bigint NOT NULL DEFAULT 0,
    left_out_total bigint NOT NULL DEFAULT 0,
    ended_at timestamptz,
    CHECK ((year IS NULL) = (month IS NULL)),
    CHECK ((state IN ('releasing', 'released')) = (confirmed_by IS NOT NULL)),
    CHECK ((state IN ('released', 'discarded')) = (ended_at IS NOT NULL)),
    CHECK (NOT (is_trial AND state IN ('releasing', 'released')))
);
CREATE INDEX bill_runs_asked ON bill_runs (asked_at DESC);
CREATE INDEX bill_runs_open ON bill_runs (unit_prefix) WHERE ended_at IS NULL;

-- Some five hundred customers of a run: what one copy of the service does in one transaction.
CREATE TABLE bill_run_parts (
    run_id uuid NOT NULL REFERENCES bill_runs,
    part integer NOT NULL,
    first_code text NOT NULL,
    last_code text NOT NULL,
    computed_at timestamptz,
    released_at timestamptz,
    -- Periods that cannot be billed: a list of {customer_code, period, problem}.
    problems jsonb NOT NULL DEFAULT '[]',
    PRIMARY KEY (run_id, part)
);
CREATE INDEX bill_run_parts_to_compute ON bill_run_parts (run_id, part) WHERE computed_at IS NULL;
CREATE INDEX bill_run_parts_to_release ON bill_run_parts (run_id, part) WHERE released_at IS NULL;

-- A partition for each run, dropped at its end: nothing is deleted row by row. JSON as text: it is read by nothing before it
-- becomes a bill's.
CREATE TABLE draft_bills (
    run_id uuid NOT NULL,
    part integer NOT NULL,
    period_id uuid NOT NULL,
    bill_id uuid NOT NULL,
    bill_number text NOT NULL,
    customer_code text NOT NULL,
    year integer NOT NULL,
    month integer NOT NULL,
    cycle integer NOT NULL,
    period_from date NOT NULL,
    period_to date NOT NULL,
    price_group text NOT NULL,
    households text NOT NULL,
    kwh bigint NOT NULL,
    pre_vat bigint NOT NULL,
    vat_rate text NOT NULL,
    vat bigint NOT NULL,
    total bigint NOT NULL,
    due_date date NOT NULL,
    readings text NOT NULL,
    lines text NOT NULL,
    explanation text NOT NULL
) PARTITION BY LIST (run_id);
CREATE INDEX draft_bills_of_part ON draft_bills (part);

-- The service's role makes and drops no tables: these two make and drop those of drafts, and nothing else.
CREATE FUNCTION drafts_of(of_run uuid) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN 'draft_bills_' || replace(of_run::text, '-', '');
CREATE FUNCTION begin_drafts(of_run uuid) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('CREATE TABLE %I (LIKE draft_bills INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', drafts_of(of_run));
    EXECUTE format('ALTER TABLE draft_bills ATTACH PARTITION %I FOR VALUES IN (%L)', drafts_of(of_run), of_run);
END
$$;
CREATE FUNCTION drop_drafts(of_run uuid) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM bill_runs WHERE run_id = of_run AND ended_at IS NOT NULL) THEN
        RAISE EXCEPTION 'run % has not ended', of_run USING ERRCODE = 'restrict_violation';
    END IF;
    EXECUTE format('DROP TABLE IF EXISTS %I', drafts_of(of_run));
END
$$;

SELECT begin_history_of_others('bill_runs', 'run_id');
SELECT begin_history_of_others('bill_run_parts', 'run_id');

-- The history of bills that are inserted by the hundred, with one statement: the same rows as before.
CREATE FUNCTION write_history_of_inserted_bills() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
BEGIN
    INSERT INTO money_history
        (changed_at, table_name, row_key, operation, new_values, session_role, acting_role)
    SELECT clock_timestamp(), 'bills', bill_id::text, 'I',
        history_image(to_jsonb(inserted), '{readings,lines,explanation}'),
        session_user, nullif(current_setting('role'), 'none')
    FROM inserted;
    RETURN NULL;
END
$$;
DROP TRIGGER money_history ON bills;
CREATE TRIGGER money_history AFTER DELETE ON bills FOR EACH ROW
    EXECUTE FUNCTION write_money_history('bill_id', 'readings', 'lines', 'explanation');
CREATE TRIGGER money_history_of_inserts AFTER INSERT ON bills REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT
    EXECUTE FUNCTION write_history_of_inserted_bills();
