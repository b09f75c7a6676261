-- Keep the next version of each customer's facts that differ from what was last announced; return those facts.
-- $1 customer codes (their rows locked before, in a statement of its own, so that this one sees what is true now),
-- $2 the moment.
WITH present AS MATERIALIZED (
    SELECT customer_code, facts, md5(facts::text) AS digest FROM customer_facts WHERE customer_code = ANY ($1::text[])
), kept AS (
    INSERT INTO announcements AS last (customer_code, version, digest, announced_at)
    SELECT customer_code, 1, digest, $2 FROM present ORDER BY customer_code
    ON CONFLICT (customer_code) DO UPDATE
        SET version = last.version + 1, digest = excluded.digest, announced_at = excluded.announced_at
        WHERE last.digest <> excluded.digest
    RETURNING customer_code, version
)
SELECT version, facts FROM kept JOIN present USING (customer_code) ORDER BY customer_code
