-- Customers whose name consists of the words in any order, or begins with them.
-- $1 phrases with their words sorted, $2 phrases without blanks, $3 the most rows of each phrase, $4 the most rows.
(
    SELECT same.customer_code, same.name_key, same.address_key
    FROM unnest($1::text[]) AS bag, LATERAL (
        SELECT customer_code, name_key, address_key FROM customers WHERE name_bag = bag LIMIT $3
    ) AS same
)
UNION ALL
(
    SELECT begins.customer_code, begins.name_key, begins.address_key
    FROM unnest($2::text[]) AS phrase, LATERAL (
        SELECT customer_code, name_key, address_key FROM customers
        WHERE replace(name_key, ' ', '') >= phrase AND replace(name_key, ' ', '') < phrase || '~'
        ORDER BY replace(name_key, ' ', '') LIMIT $3
    ) AS begins
)
LIMIT $4
