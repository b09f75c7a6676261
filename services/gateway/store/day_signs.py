"""What supervisors look after while a day goes: phones, printers and papers, by unit."""

from collections.abc import Sequence

from asyncpg import Record

from shared.db import Connection

# Of the phones that may be used, whoever holds them. $1 the units, or none for all.
_SIGNS = """
WITH papers AS MATERIALIZED (
    SELECT device_id, bool_or(state = 'held') AS is_held, count(*) FILTER (WHERE state = 'unconfirmed') AS unconfirmed
    FROM print_jobs WHERE state IN ('held', 'unconfirmed') GROUP BY device_id
)
SELECT coalesce(unit_code, '') AS unit_code, count(*) AS phones, count(presence.device_id) AS connected,
    count(*) FILTER (WHERE is_held) AS failing_printers, coalesce(sum(unconfirmed), 0)::bigint AS unconfirmed_papers
FROM devices
JOIN collectors USING (collector_code)
LEFT JOIN presence USING (device_id)
LEFT JOIN papers USING (device_id)
WHERE revoked_at IS NULL AND left_at IS NULL AND (cardinality($1::text[]) = 0 OR unit_code = ANY ($1))
GROUP BY 1 ORDER BY 1
"""


async def signs_of_units(connection: Connection, unit_codes: Sequence[str]) -> list[Record]:
    """Return phones in use, those connected, printers that hold a paper back, and papers that may be printed.

    A printer fails while one of its papers is ``held``: it waits for the printer, or for a person at it.
    """
    return list(await connection.fetch(_SIGNS, list(unit_codes)))
