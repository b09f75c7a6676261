-- Take in new_units, and note the customers of those that changed.
WITH done AS (
    INSERT INTO units AS known (unit_code, name, address, tax_code, phone)
    SELECT unit_code, name, address, tax_code, phone FROM new_units ORDER BY unit_code
    ON CONFLICT (unit_code) DO UPDATE SET name = excluded.name, address = excluded.address, tax_code = excluded.tax_code, phone = excluded.phone
        WHERE (known.name, known.address, known.tax_code, known.phone) IS DISTINCT FROM (excluded.name, excluded.address, excluded.tax_code, excluded.phone)
    RETURNING unit_code, xmax = 0 AS is_new
), noted AS (
    INSERT INTO affected SELECT customer_code FROM customers JOIN done USING (unit_code) WHERE NOT is_new
)
SELECT count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed FROM done
