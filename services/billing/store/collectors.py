"""Collectors as the customer service announces them: their units, and who has left."""

from shared.contracts.customer import CollectorChanged
from shared.db import Connection

_SAVE = """
INSERT INTO collectors AS known (collector_code, name, unit_code, active, changed_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (collector_code) DO UPDATE
SET name = excluded.name, unit_code = excluded.unit_code, active = excluded.active, changed_at = excluded.changed_at
WHERE known.changed_at < excluded.changed_at
"""


async def save(connection: Connection, event: CollectorChanged) -> None:
    """Keep a collector unless something newer is known."""
    await connection.execute(_SAVE, event.collector_code, event.name, event.unit_code, event.active, event.changed_at)


# Before the first event of a collector, the unit of the customers on the routes.
_UNIT = """
SELECT coalesce(
    (SELECT unit_code FROM collectors WHERE collector_code = $1),
    (SELECT unit_code FROM customers WHERE collector_code = $1 ORDER BY version DESC LIMIT 1),
    '')
"""


async def unit_of(connection: Connection, collector_code: str) -> str:
    """Return the code of a collector's unit; empty where nothing says it."""
    unit_code: str = await connection.fetchval(_UNIT, collector_code)
    return unit_code
