-- People of the office, their sessions, and the log of what they do (ADR 41).
CREATE TABLE staff (
    staff_id uuid PRIMARY KEY,
    login_name text COLLATE "C" NOT NULL UNIQUE CHECK (login_name ~ '^[a-z0-9][a-z0-9._-]{1,39}$'),
    full_name text NOT NULL,
    -- Codes of units; '*' for all, of today and later. Never empty: nobody gets all by leaving something out.
    units text[] NOT NULL CHECK (cardinality(units) > 0),
    roles text[] NOT NULL CHECK (cardinality(roles) > 0 AND roles <@ ARRAY[
        'supervisor', 'cashier', 'billing_clerk', 'accountant', 'operator', 'auditor', 'administrator']),
    -- Argon2id, with its parameters; NULL until the first sign-in and after a reset.
    password_hash text,
    -- The one-time code of the first sign-in and after a reset.
    code_hash bytea,
    code_expires_at timestamptz,
    second_factor_secret text,
    second_factor_since timestamptz,
    -- Begun and not confirmed by a code yet.
    second_factor_begun text,
    -- The last time step whose code was used: none is used twice.
    second_factor_step bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    last_sign_in_at timestamptz,
    deactivated_at timestamptz,
    CHECK ((code_hash IS NULL) = (code_expires_at IS NULL)),
    CHECK ((second_factor_secret IS NULL) = (second_factor_since IS NULL))
);

CREATE TABLE staff_sessions (
    session_id uuid PRIMARY KEY,
    staff_id uuid NOT NULL REFERENCES staff,
    token_hash bytea NOT NULL UNIQUE,
    address text NOT NULL,
    begun_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    ended_at timestamptz,
    -- signed_out, replaced, revoked, deactivated, password, second_factor
    ended_because text,
    CHECK ((ended_at IS NULL) = (ended_because IS NULL))
);
CREATE INDEX staff_sessions_open ON staff_sessions (staff_id) WHERE ended_at IS NULL;

-- What people ask for, written before it is done: what a copy of the gateway that dies has begun is here, too.
CREATE TABLE staff_acts (
    act_id uuid PRIMARY KEY,
    -- NULL where nobody is signed in: a sign-in that was refused.
    staff_id uuid REFERENCES staff,
    login_name text COLLATE "C",
    -- The operation's name in the API, or that of the command.
    what text NOT NULL,
    object text COLLATE "C",
    -- The body of the request, without secrets.
    asked jsonb,
    address text NOT NULL,
    actor jsonb NOT NULL,
    correlation_id text NOT NULL,
    acted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX staff_acts_of_person ON staff_acts (staff_id, act_id);
CREATE INDEX staff_acts_of_object ON staff_acts (object, act_id);
CREATE INDEX staff_acts_of_kind ON staff_acts (what, act_id);

-- What came of it.
CREATE TABLE staff_act_outcomes (
    act_id uuid PRIMARY KEY REFERENCES staff_acts,
    status integer NOT NULL,
    problem text,
    before jsonb,
    after jsonb,
    ended_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON staff_acts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON staff_act_outcomes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change();

-- Who could act when (shared/db/sql/0005_pre_money_history.sql): an account's row counts sign-ins, too, which is not kept here.
SELECT begin_money_history(
    'staff', 'staff_id', digested => '{password_hash,code_hash,second_factor_secret,second_factor_begun}',
    only_columns => '{login_name,full_name,units,roles,password_hash,code_hash,second_factor_secret,created_at,deactivated_at}');
SELECT begin_history_of_others('staff_sessions', 'session_id', '{token_hash}');
SELECT begin_history_of_others('staff_acts', 'act_id', '{asked}');
SELECT begin_history_of_others('staff_act_outcomes', 'act_id', '{before,after}');

-- Whose devices a person of one unit sees. NULL for a collector of whom nothing was heard since.
ALTER TABLE collectors ADD COLUMN unit_code text COLLATE "C";
