-- Customers whose name and address together hold all the terms $1; at most $2, any.
SELECT customer_code, name_key, address_key FROM customers WHERE all_terms @@ $1::tsquery LIMIT $2
