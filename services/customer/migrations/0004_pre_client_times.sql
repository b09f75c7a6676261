-- When a visit was made is what the phone states, within a span before the server's own time, which is kept beside it.
ALTER TABLE visits ADD COLUMN recorded_at timestamptz;
COMMENT ON COLUMN visits.recorded_at IS 'When the visit was last recorded, by the service''s clock; visited_at is the phone''s';
UPDATE visits SET recorded_at = records.last
FROM (SELECT visit_id, max(recorded_at) AS last FROM visit_records GROUP BY visit_id) AS records
WHERE records.visit_id = visits.visit_id;

-- Times that could not be right, as they were before this migration put the server's time in their place.
CREATE TABLE implausible_times (
    found_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    table_name text NOT NULL,
    row_id text NOT NULL,
    column_name text NOT NULL,
    was text NOT NULL,
    is_now timestamptz,
    PRIMARY KEY (table_name, row_id, column_name)
);

WITH wrong AS (
    SELECT visit_id, visited_at, coalesce(recorded_at, clock_timestamp()) AS known FROM visits
    WHERE NOT visited_at BETWEEN coalesce(recorded_at, clock_timestamp() - interval '3660 days') - interval '31 days'
        AND coalesce(recorded_at, clock_timestamp()) + interval '25 hours'
), named AS (
    INSERT INTO implausible_times (table_name, row_id, column_name, was, is_now)
    SELECT 'visits', visit_id::text, 'visited_at', visited_at::text, known FROM wrong
)
UPDATE visits SET visited_at = wrong.known FROM wrong WHERE visits.visit_id = wrong.visit_id;

WITH wrong AS (
    SELECT visit_id, appointment FROM visits
    WHERE NOT appointment BETWEEN visited_at - interval '31 days' AND visited_at + interval '400 days'
), named AS (
    INSERT INTO implausible_times (table_name, row_id, column_name, was, is_now)
    SELECT 'visits', visit_id::text, 'appointment', appointment::text, NULL FROM wrong
)
UPDATE visits SET appointment = NULL FROM wrong WHERE visits.visit_id = wrong.visit_id;

WITH wrong AS (
    SELECT customer_code, appointment FROM standings
    WHERE NOT appointment BETWEEN '2020-01-01' AND clock_timestamp() + interval '400 days'
), named AS (
    INSERT INTO implausible_times (table_name, row_id, column_name, was, is_now)
    SELECT 'standings', customer_code, 'appointment', appointment::text, NULL FROM wrong
)
UPDATE standings SET appointment = NULL FROM wrong WHERE standings.customer_code = wrong.customer_code;

WITH wrong AS (
    SELECT customer_code, cleared_at FROM standings
    WHERE NOT cleared_at BETWEEN '2020-01-01' AND clock_timestamp() + interval '25 hours'
), named AS (
    INSERT INTO implausible_times (table_name, row_id, column_name, was, is_now)
    SELECT 'standings', customer_code, 'cleared_at', cleared_at::text, NULL FROM wrong
)
UPDATE standings SET cleared_at = NULL FROM wrong WHERE standings.customer_code = wrong.customer_code;

ALTER TABLE visits
    ADD CONSTRAINT visits_visited_near_recorded CHECK (
        isfinite(visited_at) AND isfinite(recorded_at)
        AND visited_at BETWEEN recorded_at - interval '31 days' AND recorded_at + interval '25 hours') NOT VALID,
    ADD CONSTRAINT visits_appointment_near_visit CHECK (
        isfinite(appointment)
        AND appointment BETWEEN visited_at - interval '31 days' AND visited_at + interval '400 days') NOT VALID;
ALTER TABLE standings
    ADD CONSTRAINT standings_times_are_times CHECK (
        isfinite(cleared_at) IS NOT false AND isfinite(appointment) IS NOT false
        AND (cleared_at >= '2020-01-01') IS NOT false AND (appointment >= '2020-01-01') IS NOT false) NOT VALID;
ALTER TABLE visits VALIDATE CONSTRAINT visits_visited_near_recorded;
ALTER TABLE visits VALIDATE CONSTRAINT visits_appointment_near_visit;
ALTER TABLE standings VALIDATE CONSTRAINT standings_times_are_times;
