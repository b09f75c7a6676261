"""Which copy of the gateway holds which device's socket."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.db import Connection

RENEW_LEASE = """
INSERT INTO gateway_instances (instance, lease_until) VALUES ($1, $2)
ON CONFLICT (instance) DO UPDATE SET lease_until = $2
"""


async def renew_lease(connection: Connection, instance: str, until: datetime) -> None:
    """Note that this copy of the gateway is alive until a moment."""
    await connection.execute(RENEW_LEASE, instance, until)


FORGET_SOCKETS = "DELETE FROM presence WHERE instance = ANY($1)"
FORGET_INSTANCE = "DELETE FROM gateway_instances WHERE instance = $1"


async def end_lease(connection: Connection, instance: str) -> None:
    """Forget this copy of the gateway and the sockets that it held."""
    await connection.execute(FORGET_SOCKETS, [instance])
    await connection.execute(FORGET_INSTANCE, instance)


FORGET_DEAD_INSTANCES = "DELETE FROM gateway_instances WHERE lease_until < $1 RETURNING instance"


async def forget_dead_instances(connection: Connection, now: datetime) -> None:
    """Forget copies whose lease has run out, and the sockets that they held."""
    rows = await connection.fetch(FORGET_DEAD_INSTANCES, now)
    if rows:
        await connection.execute(FORGET_SOCKETS, [row["instance"] for row in rows])


OTHER_INSTANCES = "SELECT instance FROM gateway_instances WHERE instance <> $1 AND lease_until >= $2"


async def other_instances(connection: Connection, instance: str, now: datetime) -> list[str]:
    """Return the other copies of the gateway that are alive."""
    return [row["instance"] for row in await connection.fetch(OTHER_INSTANCES, instance, now)]


LOCK_SOCKET = "SELECT instance FROM presence WHERE device_id = $1 FOR UPDATE"
ENTER = """
INSERT INTO presence (device_id, instance, connection_id, connected_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (device_id) DO UPDATE SET instance = $2, connection_id = $3, connected_at = $4
"""


_NOTE_CONTACT = """
INSERT INTO device_contacts (device_id, app_version, contact_at) VALUES ($1, $2, $3)
ON CONFLICT (device_id) DO UPDATE SET app_version = $2, contact_at = $3
"""


async def enter(
    connection: Connection, device_id: UUID, instance: str, connection_id: UUID, now: datetime, app_version: str
) -> str | None:
    """Note that this copy holds the device's socket; returns the copy that held another one before."""
    await connection.execute(_NOTE_CONTACT, device_id, app_version, now)
    before: str | None = await connection.fetchval(LOCK_SOCKET, device_id)
    await connection.execute(ENTER, device_id, instance, connection_id, now)
    return before


_NOTE_BATTERY = """
UPDATE device_contacts SET battery_percent = $2, battery_charging = $3, battery_at = $4 WHERE device_id = $1
"""


async def note_battery(connection: Connection, device_id: UUID, percent: int, now: datetime, *, charging: bool) -> None:
    """Keep how full a phone's battery is, as it says itself."""
    await connection.execute(_NOTE_BATTERY, device_id, percent, charging, now)


LATEST = "SELECT connection_id FROM presence WHERE device_id = $1"


async def is_left(connection: Connection, device_id: UUID, connection_id: UUID) -> bool:
    """Return whether the device has another socket by now; False when nothing is known (a lease that ran out)."""
    latest: UUID | None = await connection.fetchval(LATEST, device_id)
    return latest not in (None, connection_id)


LEAVE = "DELETE FROM presence WHERE device_id = $1 AND connection_id = $2"
_END_CONTACT = "UPDATE device_contacts SET contact_at = $2 WHERE device_id = $1"


async def leave(connection: Connection, device_id: UUID, connection_id: UUID, now: datetime) -> None:
    """Note that a socket is gone, unless the device has another one by now."""
    await connection.execute(LEAVE, device_id, connection_id)
    await connection.execute(_END_CONTACT, device_id, now)


INSTANCES_OF = "SELECT device_id, instance FROM presence WHERE device_id = ANY($1)"


async def instances_of(connection: Connection, device_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return which copies hold the sockets of these devices; devices without one are left out."""
    return {row["device_id"]: row["instance"] for row in await connection.fetch(INSTANCES_OF, device_ids)}


CONNECTIONS_OF = "SELECT device_id, connection_id FROM presence WHERE device_id = ANY($1)"


async def connections_of(connection: Connection, device_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Return the socket that each device used last."""
    return {row["device_id"]: row["connection_id"] for row in await connection.fetch(CONNECTIONS_OF, device_ids)}
