-- Customers whose step or count of misses does not follow from the account and the visits.
SELECT format('customer %s stands at %s with %s misses, but owes %s đồng and was missed %s times',
    customer_code, step, misses, debt, missed) AS violation
FROM standings, LATERAL (
    SELECT count(*) AS missed FROM visits
    WHERE visits.customer_code = standings.customer_code AND account_version > cleared_version AND outcome <> 'met'
) AS counted
WHERE (step = 'settled') <> (debt <= 0)
    OR (debt > 0 AND misses <> missed)
    OR (step = 'due') <> (debt > 0 AND missed = 0)
ORDER BY customer_code
