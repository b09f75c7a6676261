-- What a client states about time is a note; the server's own time counts. Until now both were one column, and nothing
-- bounded it: cash of the year 1970, a shift that closes before it opens, and -infinity, which no reader understands.
ALTER TABLE payments ADD COLUMN stated_at timestamptz;
ALTER TABLE shifts ADD COLUMN stated_opened_at timestamptz, ADD COLUMN stated_closed_at timestamptz;
COMMENT ON COLUMN payments.stated_at IS 'When the money was received as the client states it; received_at counts';

-- Times that could not be right, as they were before this migration put the server's time in their place.
CREATE TABLE implausible_times (
    found_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    table_name text NOT NULL,
    row_id uuid NOT NULL,
    column_name text NOT NULL,
    was text NOT NULL,
    is_now timestamptz NOT NULL,
    PRIMARY KEY (table_name, row_id, column_name)
);

WITH wrong AS (
    SELECT payment_id, received_at, recorded_at FROM payments
    WHERE NOT received_at BETWEEN recorded_at - interval '367 days' AND recorded_at + interval '25 hours'
), named AS (
    INSERT INTO implausible_times (table_name, row_id, column_name, was, is_now)
    SELECT 'payments', payment_id, 'received_at', received_at::text, recorded_at FROM wrong
)
UPDATE payments SET received_at = payments.recorded_at FROM wrong WHERE payments.payment_id = wrong.payment_id;

-- A shift has no other time of the server than that of its payments.
WITH moments AS (
    SELECT shift_id, opened_at, closed_at,
        coalesce(min(recorded_at),
            CASE WHEN closed_at BETWEEN '2020-01-01' AND clock_timestamp() + interval '25 hours' THEN closed_at END,
            clock_timestamp()) AS first
    FROM shifts LEFT JOIN payments USING (shift_id) GROUP BY shift_id
), wrong AS (
    SELECT * FROM moments WHERE NOT opened_at BETWEEN '2020-01-01' AND clock_timestamp() + interval '25 hours'
), named AS (
    INSERT INTO implausible_times (table_name, row_id, column_name, was, is_now)
    SELECT 'shifts', shift_id, 'opened_at', opened_at::text, first FROM wrong
)
UPDATE shifts SET opened_at = wrong.first FROM wrong WHERE shifts.shift_id = wrong.shift_id;

WITH moments AS (
    SELECT shift_id, opened_at, closed_at, greatest(opened_at, max(recorded_at)) AS last
    FROM shifts LEFT JOIN payments USING (shift_id) WHERE closed_at IS NOT NULL GROUP BY shift_id
), wrong AS (
    SELECT * FROM moments WHERE NOT closed_at BETWEEN opened_at AND clock_timestamp() + interval '25 hours'
), named AS (
    INSERT INTO implausible_times (table_name, row_id, column_name, was, is_now)
    SELECT 'shifts', shift_id, 'closed_at', closed_at::text, last FROM wrong
)
UPDATE shifts SET closed_at = wrong.last FROM wrong WHERE shifts.shift_id = wrong.shift_id;

-- One hour more than the service allows: its clock and that of another copy differ by a little.
ALTER TABLE payments
    ADD CONSTRAINT payments_received_near_recorded CHECK (
        isfinite(recorded_at)
        AND received_at BETWEEN recorded_at - interval '367 days' AND recorded_at + interval '25 hours') NOT VALID,
    ADD CONSTRAINT payments_stated_near_recorded CHECK (
        stated_at BETWEEN recorded_at - interval '367 days' AND recorded_at + interval '25 hours') NOT VALID;
ALTER TABLE shifts
    ADD CONSTRAINT shifts_opened_is_a_time CHECK (isfinite(opened_at) AND opened_at >= '2020-01-01') NOT VALID,
    ADD CONSTRAINT shifts_close_after_they_open CHECK (isfinite(closed_at) AND closed_at >= opened_at) NOT VALID,
    ADD CONSTRAINT shifts_stated_near_opened CHECK (
        stated_opened_at BETWEEN opened_at - interval '8 days' AND opened_at + interval '25 hours') NOT VALID,
    ADD CONSTRAINT shifts_stated_near_closed CHECK (
        stated_closed_at BETWEEN closed_at - interval '8 days' AND closed_at + interval '25 hours') NOT VALID;
ALTER TABLE payments VALIDATE CONSTRAINT payments_received_near_recorded;
ALTER TABLE payments VALIDATE CONSTRAINT payments_stated_near_recorded;
ALTER TABLE shifts VALIDATE CONSTRAINT shifts_opened_is_a_time;
ALTER TABLE shifts VALIDATE CONSTRAINT shifts_close_after_they_open;
ALTER TABLE shifts VALIDATE CONSTRAINT shifts_stated_near_opened;
ALTER TABLE shifts VALIDATE CONSTRAINT shifts_stated_near_closed;
