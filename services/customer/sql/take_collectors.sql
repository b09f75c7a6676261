-- Take in new_collectors, and note the customers of those that changed.
WITH done AS (
    INSERT INTO collectors AS known (collector_code, name, phone, unit_code, active)
    SELECT collector_code, name, phone, unit_code, active FROM new_collectors ORDER BY collector_code
    ON CONFLICT (collector_code) DO UPDATE SET name = excluded.name, phone = excluded.phone, unit_code = excluded.unit_code, active = excluded.active
        WHERE (known.name, known.phone, known.unit_code, known.active) IS DISTINCT FROM (excluded.name, excluded.phone, excluded.unit_code, excluded.active)
    RETURNING collector_code, xmax = 0 AS is_new
), noted AS (
    INSERT INTO affected SELECT customer_code FROM customers JOIN routes USING (route_code) JOIN done USING (collector_code) WHERE NOT is_new
)
SELECT count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed FROM done
