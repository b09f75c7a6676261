-- Take in new_customers, and note those that are new or changed. A phone number changes only when the list's has changed.
WITH done AS (
    INSERT INTO customers AS known (customer_code, phone, imported_phone, name, address, tax_code, unit_code, route_code, place_in_route, price_group, households, active)
    SELECT customer_code, phone, phone, name, address, tax_code, unit_code, route_code, place_in_route, price_group, households, active FROM new_customers ORDER BY customer_code
    ON CONFLICT (customer_code) DO UPDATE SET
        phone = CASE WHEN known.imported_phone IS DISTINCT FROM excluded.imported_phone THEN excluded.phone
            ELSE known.phone END,
        imported_phone = excluded.imported_phone,
        name = excluded.name, address = excluded.address, tax_code = excluded.tax_code, unit_code = excluded.unit_code, route_code = excluded.route_code, place_in_route = excluded.place_in_route, price_group = excluded.price_group, households = excluded.households, active = excluded.active
        WHERE (known.imported_phone, known.name, known.address, known.tax_code, known.unit_code, known.route_code, known.place_in_route, known.price_group, known.households, known.active)
            IS DISTINCT FROM (excluded.imported_phone, excluded.name, excluded.address, excluded.tax_code, excluded.unit_code, excluded.route_code, excluded.place_in_route, excluded.price_group, excluded.households, excluded.active)
    RETURNING customer_code, xmax = 0 AS is_new
), noted AS (
    INSERT INTO affected SELECT customer_code FROM done
)
SELECT count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed FROM done
