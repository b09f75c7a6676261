"""Who counts money at a customer's door: a lease of seconds, by customer and phone."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from shared.db import Connection


class Held(NamedTuple):
    """A lease of another phone."""

    collector_code: str
    device_name: str
    until: datetime


# One statement, whoever comes at the same time: the row is taken where it is free, expired or the phone's own.
_TAKE = """
INSERT INTO door_leases AS held (customer_code, device_id, until) VALUES ($1, $2, $3)
ON CONFLICT (customer_code) DO UPDATE SET device_id = excluded.device_id, until = excluded.until
WHERE held.device_id = excluded.device_id OR held.until <= $4
RETURNING true
"""
_HELD = """
SELECT collector_code, device_name, until FROM door_leases JOIN devices USING (device_id)
WHERE customer_code = $1 AND collector_code IS NOT NULL
"""


async def take(
    connection: Connection, customer_code: str, device_id: UUID, until: datetime, now: datetime
) -> Held | None:
    """Let a phone count at a door until a moment; return who does so already, None where the phone may."""
    if await connection.fetchval(_TAKE, customer_code, device_id, until, now):
        return None
    row = await connection.fetchrow(_HELD, customer_code)
    return None if row is None else Held(*row)


_GIVE_UP = "DELETE FROM door_leases WHERE until <= $1"


async def forget(connection: Connection, now: datetime) -> None:
    """Delete what has expired."""
    await connection.execute(_GIVE_UP, now)
