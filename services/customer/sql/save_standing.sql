UPDATE standings
SET account_version = $2, debt = $3, cleared_version = $4, cleared_at = $5, step = $6, misses = $7, appointment = $8
WHERE customer_code = $1
