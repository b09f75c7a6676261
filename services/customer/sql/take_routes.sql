-- Take in new_routes, and note the customers of those that changed.
WITH done AS (
    INSERT INTO routes AS known (route_code, name, unit_code, collector_code)
    SELECT route_code, name, unit_code, collector_code FROM new_routes ORDER BY route_code
    ON CONFLICT (route_code) DO UPDATE SET name = excluded.name, unit_code = excluded.unit_code, collector_code = excluded.collector_code
        WHERE (known.name, known.unit_code, known.collector_code) IS DISTINCT FROM (excluded.name, excluded.unit_code, excluded.collector_code)
    RETURNING route_code, xmax = 0 AS is_new
), noted AS (
    INSERT INTO affected SELECT customer_code FROM customers JOIN done USING (route_code) WHERE NOT is_new
)
SELECT count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed FROM done
