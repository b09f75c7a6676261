-- Take in new_customers, and note those that are new or changed. A phone number changes only when the list's has changed.
-- Two statements in one: what is on record as it is must cost no more than the comparison.
WITH changed AS (
    UPDATE customers AS known SET
        phone = CASE WHEN known.imported_phone IS DISTINCT FROM new.phone THEN new.phone ELSE known.phone END,
        imported_phone = new.phone,
        name = new.name, address = new.address, tax_code = new.tax_code, unit_code = new.unit_code,
        route_code = new.route_code, place_in_route = new.place_in_route, price_group = new.price_group,
        households = new.households, active = new.active
    FROM new_customers AS new
    WHERE known.customer_code = new.customer_code
        AND (known.imported_phone, known.name, known.address, known.tax_code, known.unit_code, known.route_code,
            known.place_in_route, known.price_group, known.households, known.active)
        IS DISTINCT FROM (new.phone, new.name, new.address, new.tax_code, new.unit_code, new.route_code,
            new.place_in_route, new.price_group, new.households, new.active)
    RETURNING known.customer_code
), added AS (
    INSERT INTO customers (customer_code, phone, imported_phone, name, address, tax_code, unit_code, route_code,
        place_in_route, price_group, households, active)
    SELECT customer_code, phone, phone, name, address, tax_code, unit_code, route_code,
        place_in_route, price_group, households, active
    FROM new_customers AS new
    WHERE NOT EXISTS (SELECT FROM customers AS known WHERE known.customer_code = new.customer_code)
    ORDER BY customer_code
    RETURNING customer_code
), noted AS (
    INSERT INTO affected SELECT customer_code FROM changed UNION ALL SELECT customer_code FROM added
)
SELECT (SELECT count(*) FROM added) AS added, (SELECT count(*) FROM changed) AS changed
