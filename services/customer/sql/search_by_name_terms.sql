-- Customers whose name holds all the terms $1; at most $2, and which ones is left to chance on purpose: ordering half
-- a million people called Nguyễn by how well they answer to "Nguyễn" would help nobody.
SELECT customer_code, name_key, address_key FROM customers WHERE name_terms @@ $1::tsquery LIMIT $2
