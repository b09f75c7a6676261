-- Take in new_meters, and note the customers who have them now and those who had them before.
WITH before AS (
    SELECT meter_number, meters.customer_code FROM meters JOIN new_meters USING (meter_number)
    WHERE meters.customer_code <> new_meters.customer_code
), done AS (
    INSERT INTO meters AS known (meter_number, customer_code, multiplier, digits, installed_on)
    SELECT meter_number, customer_code, multiplier, digits, installed_on FROM new_meters ORDER BY meter_number
    ON CONFLICT (meter_number) DO UPDATE SET customer_code = excluded.customer_code, multiplier = excluded.multiplier, digits = excluded.digits, installed_on = excluded.installed_on
        WHERE (known.customer_code, known.multiplier, known.digits, known.installed_on)
            IS DISTINCT FROM (excluded.customer_code, excluded.multiplier, excluded.digits, excluded.installed_on)
    RETURNING customer_code, xmax = 0 AS is_new
), noted AS (
    INSERT INTO affected SELECT customer_code FROM done UNION ALL SELECT customer_code FROM before
)
SELECT count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed FROM done
