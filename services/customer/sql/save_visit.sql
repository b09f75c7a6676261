-- Keep a visit; one that was recorded before goes on to its next outcome. Returns nothing when the visit is known for
-- another customer or collector.
INSERT INTO visits AS known (visit_id, customer_code, collector_code, device_id, outcome, visited_at, appointment, note,
    next_step, misses, account_version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (visit_id) DO UPDATE
    SET outcome = excluded.outcome, visited_at = excluded.visited_at, appointment = excluded.appointment,
        note = excluded.note, next_step = excluded.next_step, misses = excluded.misses,
        account_version = excluded.account_version, device_id = excluded.device_id
    WHERE known.customer_code = excluded.customer_code AND known.collector_code = excluded.collector_code
RETURNING visit_id
