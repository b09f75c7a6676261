"""Which copy of the gateway holds which device's socket."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.db import Connection


async def renew_lease(connection: Connection, instance: str, until: datetime) -> None:
    """Say that this copy of the gateway is alive until a moment."""
    await connection.execute(
        """INSERT INTO gateway_instances (instance, lease_until) VALUES ($1, $2)
           ON CONFLICT (instance) DO UPDATE SET lease_until = $2""",
        instance,
        until,
    )


async def end_lease(connection: Connection, instance: str) -> None:
    """Forget this copy of the gateway and the sockets that it held."""
    await connection.execute("DELETE FROM presence WHERE instance = $1", instance)
    await connection.execute("DELETE FROM gateway_instances WHERE instance = $1", instance)


async def forget_dead_instances(connection: Connection, now: datetime) -> None:
    """Forget copies whose lease has run out, and the sockets that they held."""
    rows = await connection.fetch("DELETE FROM gateway_instances WHERE lease_until < $1 RETURNING instance", now)
    if rows:
        await connection.execute("DELETE FROM presence WHERE instance = ANY($1)", [row["instance"] for row in rows])


async def enter(
    connection: Connection, device_id: UUID, instance: str, connection_id: UUID, now: datetime
) -> str | None:
    """Note that this copy holds the device's socket; returns the copy that held another one before."""
    before: str | None = await connection.fetchval(
        "SELECT instance FROM presence WHERE device_id = $1 FOR UPDATE", device_id
    )
    await connection.execute(
        """INSERT INTO presence (device_id, instance, connection_id, connected_at) VALUES ($1, $2, $3, $4)
           ON CONFLICT (device_id) DO UPDATE
               SET instance = $2, connection_id = $3, connected_at = $4""",
        device_id,
        instance,
        connection_id,
        now,
    )
    return before


async def is_left(connection: Connection, device_id: UUID, connection_id: UUID) -> bool:
    """Say whether the device has another socket by now; False when nothing is known (a lease that ran out)."""
    latest: UUID | None = await connection.fetchval(
        "SELECT connection_id FROM presence WHERE device_id = $1", device_id
    )
    return latest not in (None, connection_id)


async def leave(connection: Connection, device_id: UUID, connection_id: UUID) -> None:
    """Note that a socket is gone, unless the device has another one by now."""
    await connection.execute(
        "DELETE FROM presence WHERE device_id = $1 AND connection_id = $2", device_id, connection_id
    )


async def instances_of(connection: Connection, device_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return which copies hold the sockets of these devices; devices without one are left out."""
    rows = await connection.fetch(
        "SELECT device_id, instance FROM presence WHERE device_id = ANY($1)", list(device_ids)
    )
    return {row["device_id"]: row["instance"] for row in rows}


async def connections_of(connection: Connection, device_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Return the socket that each device used last."""
    rows = await connection.fetch(
        "SELECT device_id, connection_id FROM presence WHERE device_id = ANY($1)", list(device_ids)
    )
    return {row["device_id"]: row["connection_id"] for row in rows}
