-- Corrections of an account are made one after the other, under its lock. Their order is that of this number, not of the clock: copies on two
-- machines may differ by seconds, and the latest correction says what a bill was computed from last.
ALTER TABLE bill_corrections ADD COLUMN sequence bigint GENERATED ALWAYS AS IDENTITY;
DROP INDEX bill_corrections_of_period;
CREATE INDEX bill_corrections_of_period ON bill_corrections (period_id, sequence DESC);
CREATE OR REPLACE VIEW standing_readings AS
SELECT period_id, meter_number, meter_register, old_reading, new_reading, multiplier, digits, estimated
FROM readings
WHERE NOT EXISTS (SELECT FROM bill_corrections WHERE bill_corrections.period_id = readings.period_id)
UNION ALL
SELECT period_id, meter_number, meter_register, old_reading, new_reading, multiplier, digits, coalesce(estimated, false)
FROM (
    SELECT DISTINCT ON (period_id) period_id, readings FROM bill_corrections ORDER BY period_id, sequence DESC
) AS latest, jsonb_to_recordset(latest.readings) AS reading (
    meter_number text, meter_register text, old_reading bigint, new_reading bigint, multiplier integer, digits integer,
    estimated boolean);
