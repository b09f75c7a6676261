-- Customers on a collector's routes: so few that reading them all is faster than any index on words.
-- $1 phrases without blanks, $2 phrases with their words sorted, $3 terms of names, $4 terms of names and addresses,
-- $5 the routes, $6 the most rows.
WITH own AS MATERIALIZED (
    SELECT customer_code, name_key, name_bag, address_key, name_terms, all_terms
    FROM customers WHERE route_code = ANY ($5::text[])
)
SELECT customer_code, name_key, address_key FROM own
WHERE name_terms @@ $3::tsquery OR all_terms @@ $4::tsquery OR name_bag = ANY ($2::text[])
    OR replace(name_key, ' ', '') ^@ ANY ($1::text[])
LIMIT $6
