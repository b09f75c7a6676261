-- What audits have found: the next checkpoint carries it out of the databases. Only ever added.
CREATE TABLE audit_result (
    result_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report bigint NOT NULL,
    violations integer NOT NULL CHECK (violations >= 0),
    finished_at timestamptz NOT NULL,
    -- Of the report in billing's chain of reports.
    link bytea NOT NULL CHECK (length(link) = 32)
);
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON audit_result FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON audit_result FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
