-- The stops of a collector in the order of walking: who owes, and who was visited or paid on the day.
-- $1 collector code, $2 first moment of the day, $3 first moment after it, $4 stops to leave out, $5 the most stops.
SELECT customer_code, customers.name, address, phone, route_code, place_in_route, meter_number, appointment,
    coalesce(step, 'settled') AS step, coalesce(debt, 0) AS debt,
    coalesce(debt, 0) <= 0 OR coalesce(visited_at >= $2, false) AS done_today,
    coalesce(appointment >= $2 AND appointment < $3, false) AS promised_today,
    -- What came of the visits for an earlier debt says nothing about this one.
    CASE WHEN visited_at >= $2 OR account_version_then > cleared_version THEN outcome END AS last_outcome,
    count(*) OVER () AS total
FROM routes
JOIN customers USING (route_code)
LEFT JOIN standings USING (customer_code)
LEFT JOIN LATERAL (
    SELECT meter_number FROM meters WHERE meters.customer_code = customers.customer_code
    ORDER BY installed_on DESC, meter_number LIMIT 1
) AS meter ON true
LEFT JOIN LATERAL (
    SELECT outcome, visited_at, account_version AS account_version_then FROM visits
    WHERE visits.customer_code = customers.customer_code AND visited_at < $3
    ORDER BY visited_at DESC LIMIT 1
) AS last_visit ON true
WHERE collector_code = $1
    AND (debt > 0 OR visited_at >= $2 OR (cleared_at >= $2 AND cleared_at < $3))
ORDER BY route_code, place_in_route, customer_code
OFFSET $4 LIMIT $5
