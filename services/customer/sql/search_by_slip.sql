-- Customers whose code, meter number or phone number differs from what was typed by one slip of the finger.
-- $1 the texts one slip away, $2 those of them that are phone numbers, in E.164, $3 routes or NULL, $4 the most rows.
(
    SELECT customer_code, 'code' AS matched_on, 0.7::float8 AS score FROM customers
    WHERE customer_code = ANY ($1::text[]) AND ($3::text[] IS NULL OR route_code = ANY ($3)) LIMIT $4
)
UNION ALL
(
    SELECT customer_code, 'phone', 0.7 FROM customers
    WHERE phone = ANY ($2::text[]) AND ($3::text[] IS NULL OR route_code = ANY ($3)) LIMIT $4
)
UNION ALL
(
    SELECT customer_code, 'meter', 0.65 FROM meters JOIN customers USING (customer_code)
    WHERE meter_number = ANY ($1::text[]) AND ($3::text[] IS NULL OR route_code = ANY ($3)) LIMIT $4
)
