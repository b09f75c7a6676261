-- For words that very many customers share: the first of them, found by reading instead of by intersecting long lists.
-- $1 terms of names, $2 terms of names and addresses, $3 how many customers are read, $4 the most rows.
SELECT customer_code, name_key, address_key
FROM (SELECT customer_code, name_key, address_key, name_terms, all_terms FROM customers LIMIT $3) AS first
WHERE name_terms @@ $1::tsquery OR all_terms @@ $2::tsquery
LIMIT $4
