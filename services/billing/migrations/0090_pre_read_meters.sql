-- For whom each meter has been read: almost always for one customer, so that a judgement need not look at all that a meter ever
-- showed. Filled when readings are stored, by whoever stores them.
CREATE TABLE read_meters (
    meter_number text COLLATE "C" NOT NULL,
    customer_code text COLLATE "C" NOT NULL,
    PRIMARY KEY (meter_number, customer_code)
);
INSERT INTO read_meters
SELECT DISTINCT meter_number, customer_code FROM readings JOIN metered_periods USING (period_id);

-- What was superseded is compared with what is imported again, too.
CREATE INDEX metered_periods_superseded ON metered_periods (customer_code) WHERE superseded_by IS NOT NULL;
