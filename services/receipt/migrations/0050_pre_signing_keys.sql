-- Public halves of the keys that sign receipts (ADR 80): a copy signs only with a key that stands here, and verifies with
-- all of them. A key is only ever added and ended.
CREATE TABLE signing_key (
    key_id text PRIMARY KEY CHECK (key_id ~ '^[0-9a-f]{8}$'),
    algorithm text NOT NULL CHECK (algorithm IN ('EDDSA', 'ES256')),
    public_key_pem text NOT NULL,
    not_before timestamptz NOT NULL,
    not_after timestamptz,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    recorded_by text NOT NULL
);
COMMENT ON COLUMN signing_key.not_after IS 'NULL: still in use';

CREATE FUNCTION refuse_other_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.key_id, NEW.algorithm, NEW.public_key_pem, NEW.not_before, NEW.recorded_at, NEW.recorded_by)
            IS DISTINCT FROM (OLD.key_id, OLD.algorithm, OLD.public_key_pem, OLD.not_before, OLD.recorded_at, OLD.recorded_by)
        OR (OLD.not_after IS NOT NULL AND (NEW.not_after IS NULL OR NEW.not_after > OLD.not_after))
    THEN
        RAISE EXCEPTION 'a signing key is only ever ended, and not later than it was' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER only_ended BEFORE UPDATE ON signing_key FOR EACH ROW EXECUTE FUNCTION refuse_other_key();
CREATE TRIGGER never_removed BEFORE DELETE ON signing_key FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON signing_key FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
SELECT begin_history_of_others('signing_key', 'key_id');
