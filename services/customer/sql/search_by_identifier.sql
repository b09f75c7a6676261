-- Customers by code, meter number or phone number: whole, beginning or ending.
-- $1 letters and digits as typed, $2 beginning of a phone number in E.164 or NULL, $3 whether the digits may be the
-- end of a phone number, $4 routes or NULL, $5 the most rows of each way.
(
    SELECT customer_code, 'code' AS matched_on,
        CASE WHEN customer_code = $1 THEN 1.0 ELSE 0.9 END::float8 AS score
    FROM customers
    WHERE customer_code >= $1 AND customer_code < $1 || '~' AND ($4::text[] IS NULL OR route_code = ANY ($4))
    ORDER BY customer_code LIMIT $5
)
UNION ALL
(
    SELECT customer_code, 'code', 0.85 FROM customers
    WHERE reverse(customer_code) >= reverse($1) AND reverse(customer_code) < reverse($1) || '~'
        AND ($4::text[] IS NULL OR route_code = ANY ($4))
    LIMIT $5
)
UNION ALL
(
    SELECT customer_code, 'phone', CASE WHEN phone = $2 THEN 1.0 ELSE 0.8 END FROM customers
    WHERE phone >= $2 AND phone < $2 || '~' AND ($4::text[] IS NULL OR route_code = ANY ($4))
    ORDER BY phone LIMIT $5
)
UNION ALL
(
    SELECT customer_code, 'phone', 0.88 FROM customers
    WHERE $3 AND reverse(phone) >= reverse($1) AND reverse(phone) < reverse($1) || '~'
        AND ($4::text[] IS NULL OR route_code = ANY ($4))
    LIMIT $5
)
UNION ALL
(
    SELECT customer_code, 'meter', CASE WHEN meter_number = $1 THEN 1.0 ELSE 0.82 END
    FROM meters JOIN customers USING (customer_code)
    WHERE meter_number >= $1 AND meter_number < $1 || '~' AND ($4::text[] IS NULL OR route_code = ANY ($4))
    ORDER BY meter_number LIMIT $5
)
UNION ALL
(
    SELECT customer_code, 'meter', 0.86 FROM meters JOIN customers USING (customer_code)
    WHERE reverse(meter_number) >= reverse($1) AND reverse(meter_number) < reverse($1) || '~'
        AND ($4::text[] IS NULL OR route_code = ANY ($4))
    LIMIT $5
)
