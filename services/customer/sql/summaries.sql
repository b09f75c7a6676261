-- $1 customer codes.
SELECT customer_code, name, address, phone, route_code, place_in_route, meter_number, appointment,
    coalesce(step, 'settled') AS step, coalesce(debt, 0) AS debt
FROM customers
LEFT JOIN standings USING (customer_code)
LEFT JOIN LATERAL (
    SELECT meter_number FROM meters WHERE meters.customer_code = customers.customer_code
    ORDER BY installed_on DESC, meter_number LIMIT 1
) AS meter ON true
WHERE customer_code = ANY ($1::text[])
