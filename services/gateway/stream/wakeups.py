"""Wake-ups between copies of the gateway: small, lossy, and only ever about speed."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import asyncpg

from services.gateway.print_jobs.store import PrintJobRecord
from services.gateway.store import presence
from services.gateway.store.feeds import Appended
from services.gateway.stream.hub import Hub
from shared.messaging import Bus


def queue_of(instance: str) -> str:
    """Return the name (below the namespace) of the queue of one copy of the gateway."""
    return f"gateway.push.{instance}"


class Wakeups:
    """Wakes phones here at once and phones elsewhere through the queue of the copy that holds them."""

    def __init__(self, hub: Hub, bus: Bus, pool: "asyncpg.Pool[Any]", instance: str) -> None:
        self._hub = hub
        self._bus = bus
        self._pool = pool
        self._instance = instance

    async def print_jobs(self, device_ids: Iterable[UUID]) -> None:
        """Print jobs wait for these devices, or were withdrawn."""
        elsewhere = self._hub.wake_print_jobs(device_ids)
        if not elsewhere:
            return
        async with self._pool.acquire() as connection:
            instances = await presence.instances_of(connection, elsewhere)
        by_instance: dict[str, list[UUID]] = defaultdict(list)
        for device_id, instance in instances.items():
            by_instance[instance].append(device_id)
        for instance, ids in by_instance.items():
            await self._send(instance, papers=[str(device_id) for device_id in ids])

    def reserve(self, device_id: UUID, job_id: UUID) -> bool:
        """Say whether a new print job of a device may be queued as offered, because its phone is here and has room."""
        return self._hub.reserve(device_id, job_id)

    async def offer(self, record: PrintJobRecord) -> None:
        """A print job was queued as offered: send it."""
        self._hub.offer(record)

    async def account_update(self, collector_code: str, appended: Appended) -> None:
        """An account update was appended to the feed of a collector."""
        self._hub.send_update(collector_code, appended.sequence, appended.entry)
        for instance in appended.instances:
            await self._send(instance, feeds=[collector_code])

    async def device_revoked(self, device_id: UUID) -> None:
        """The device was revoked: close its socket, wherever it is."""
        await self._hub.revoke(device_id)
        async with self._pool.acquire() as connection:
            instances = await presence.instances_of(connection, [device_id])
        for instance in instances.values():
            await self._send(instance, revoked=[str(device_id)])

    async def stream_replaced(self, instance: str, device_id: UUID, by: UUID) -> None:
        """The device has opened another connection here: the copy that held the older one closes it."""
        await self._send(instance, replaced={str(device_id): str(by)})

    async def _send(self, instance: str, **what: Any) -> None:
        if instance != self._instance:
            await self._bus.publish_transient(queue_of(instance), what)

    async def receive(self, payload: bytes) -> None:
        """Act on a message of another copy."""
        message = json.loads(payload)
        self._hub.wake_print_jobs(UUID(device_id) for device_id in message.get("papers", ()))
        self._hub.wake_feeds(message.get("feeds", ()))
        for device_id in message.get("revoked", ()):
            await self._hub.revoke(UUID(device_id))
        for device_id, by in message.get("replaced", {}).items():
            connection = self._hub.get(UUID(device_id))
            if connection is not None and connection.connection_id != UUID(by):
                self._hub.close_replaced(connection)
