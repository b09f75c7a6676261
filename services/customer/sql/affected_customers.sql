SELECT DISTINCT customer_code FROM affected ORDER BY customer_code
