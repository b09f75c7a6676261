-- The register of what people ask for about their data, and of incidents: a request, and the steps that were taken.
CREATE TABLE person_requests (
    request_id uuid PRIMARY KEY,
    kind text NOT NULL,
    customer_code text COLLATE "C",
    note text NOT NULL,
    with_processors boolean NOT NULL,
    received_at timestamptz NOT NULL,
    acknowledge_by timestamptz,
    due_at timestamptz NOT NULL,
    extended_due_at timestamptz NOT NULL,
    opened_at timestamptz NOT NULL,
    actor jsonb NOT NULL
);
CREATE INDEX person_requests_of_customer ON person_requests (customer_code) WHERE customer_code IS NOT NULL;

CREATE TABLE person_request_acts (
    act_id uuid PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES person_requests,
    step text NOT NULL,
    note text NOT NULL,
    taken_at timestamptz NOT NULL,
    actor jsonb NOT NULL
);
CREATE INDEX person_request_acts_of_request ON person_request_acts (request_id, taken_at);
-- A request ends once, and is extended once.
CREATE UNIQUE INDEX person_requests_end_once ON person_request_acts (request_id) WHERE step IN ('done', 'refuse');
CREATE UNIQUE INDEX person_requests_extend_once ON person_request_acts (request_id) WHERE step = 'extend';

-- Since when a list does not give back what was erased: the phone number, and name, address and tax code.
ALTER TABLE customers
    ADD COLUMN phone_erased_at timestamptz,
    ADD COLUMN identity_erased_at timestamptz;

-- What was noted of a visit can be erased, so the history has its digest from here on.
DROP TRIGGER money_history ON visits;
DROP TRIGGER money_history_of_updates ON visits;
DROP TRIGGER money_history_not_emptied ON visits;
SELECT begin_money_history('visits', 'visit_id', digested => '{note}');

-- What is removed because its time has come is found by its age.
CREATE INDEX visits_with_note ON visits (visited_at) WHERE note <> '';
CREATE INDEX visit_notes_with_text ON visit_notes (noted_at) WHERE note <> '';
CREATE INDEX phone_corrections_with_number ON phone_corrections (corrected_at) WHERE new_phone <> '';

-- What others than customer do to rows that customer may empty now (shared/db/sql/0007_pre_history_of_others.sql).
SELECT begin_history_of_others('phone_corrections', 'correction_id', '{old_phone,new_phone,reason}');
SELECT begin_history_of_others('protections', 'protection_id', '{reason}');
SELECT begin_history_of_others('visit_notes', 'note_id', '{note}');
SELECT begin_history_of_others('visit_records', 'visit_id', '{answer}');
SELECT begin_history_of_others('recorded_answers', 'request_id', '{answer}');
SELECT begin_history_of_others('person_requests', 'request_id', '{note}');
SELECT begin_history_of_others('person_request_acts', 'act_id', '{note}');
