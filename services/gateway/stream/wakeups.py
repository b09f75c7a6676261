"""Wake-ups between copies of the gateway: they may be lost, and only make delivery faster."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import structlog
from asyncpg import Pool

from services.gateway.live_day.watches import DayWatches
from services.gateway.print_jobs.store import PrintJobRecord
from services.gateway.store import presence
from services.gateway.store.feeds import Appended
from services.gateway.stream.hub import Hub
from shared.db import acquired
from shared.db.transaction import is_connection_lost
from shared.messaging import Bus
from shared.problems import Unavailable

log = structlog.get_logger()

LOOKUP_SECONDS = 2.0
"""How long a wake-up waits for a connection to the database; the poll makes up for those that get none."""


def queue_of(instance: str) -> str:
    """Return the name (below the namespace) of the queue of one copy of the gateway."""
    return f"gateway.push.{instance}"


class Wakeups:
    """Wakes phones here at once and phones elsewhere through the queue of the copy that holds them.

    Which copy that is, one task at a time looks up for all who ask meanwhile: however many handlers have just
    committed, their wake-ups need one connection to the database and keep no handler waiting.
    """

    def __init__(self, hub: Hub, bus: Bus, pool: Pool, instance: str) -> None:
        self._hub = hub
        self._bus = bus
        self._pool = pool
        self._instance = instance
        self.days = DayWatches(pool, instance, self._tell_days)
        """Days that browsers of the office watch here."""
        self._jobs_wait: set[UUID] = set()
        """Devices whose sockets are not here and whose print jobs wait."""
        self._revoked: set[UUID] = set()
        """Devices whose sockets are to be closed, wherever they are."""
        self._left: set[UUID] = set()
        """Devices of collectors who do not work any more."""
        self._lookup: asyncio.Task[None] | None = None
        self._stopping = False

    async def print_jobs(self, device_ids: Iterable[UUID]) -> None:
        """Print jobs wait for these devices, or were withdrawn."""
        self._jobs_wait.update(self._hub.wake_print_jobs(device_ids))
        await self._look_up()

    def reserve(self, device_id: UUID, job_id: UUID) -> bool:
        """Return whether a new print job may be queued as offered, because its phone is here and has room."""
        return self._hub.reserve(device_id, job_id)

    async def offer(self, record: PrintJobRecord) -> None:
        """A print job was queued as offered: send it."""
        self._hub.offer(record)

    async def account_update(self, collector_code: str, appended: Appended) -> None:
        """An account update was appended to the feed of a collector."""
        self.days.mark(collector_code)
        self._hub.send_update(collector_code, appended.sequence, appended.entry)
        for instance in appended.instances:
            await self._send(instance, feeds=[collector_code])

    def day_changed(self, collector_code: str | None) -> None:
        """Something of a collector's day has changed that the office may be watching."""
        if collector_code is not None:
            self.days.mark(collector_code)

    async def device_revoked(self, device_id: UUID) -> None:
        """The device was revoked: close its socket, wherever it is."""
        await self._hub.revoke(device_id)
        self._revoked.add(device_id)
        await self._look_up()

    async def collector_left(self, device_ids: Iterable[UUID]) -> None:
        """The collector of these devices does not work any more: close their sockets, wherever they are."""
        devices = list(device_ids)
        self._hub.leave(devices)
        self._left.update(devices)
        await self._look_up()

    async def stream_replaced(self, instance: str, device_id: UUID, by: UUID) -> None:
        """The device has opened another connection here: the copy that held the older one closes it."""
        await self._send(instance, replaced={str(device_id): str(by)})

    async def receive(self, payload: bytes) -> None:
        """Act on a wake-up of another copy."""
        message = json.loads(payload)
        self._hub.wake_print_jobs(UUID(device_id) for device_id in message.get("papers", ()))
        self._hub.wake_feeds(message.get("feeds", ()))
        for device_id in message.get("revoked", ()):
            await self._hub.revoke(UUID(device_id))
        self._hub.leave(UUID(device_id) for device_id in message.get("left", ()))
        self.days.mark_units(message.get("days", ()))
        for device_id, by in message.get("replaced", {}).items():
            connection = self._hub.get(UUID(device_id))
            if connection is not None and connection.connection_id != UUID(by):
                self._hub.close_replaced(connection)

    async def stop(self) -> None:
        """Finish the lookup that is under way; from now on, each lookup runs in the call that needs it."""
        self._stopping = True
        if self._lookup is not None:
            await self._lookup

    async def _look_up(self) -> None:
        if not self._jobs_wait and not self._revoked and not self._left:
            return
        if self._stopping:
            await self._send_looked_up()
        elif self._lookup is None or self._lookup.done():
            self._lookup = asyncio.create_task(self._send_looked_up())

    async def _send_looked_up(self) -> None:
        while self._jobs_wait or self._revoked or self._left:
            jobs_wait, self._jobs_wait = self._jobs_wait, set()
            revoked, self._revoked = self._revoked, set()
            left, self._left = self._left, set()
            try:
                async with acquired(self._pool, within=LOOKUP_SECONDS) as connection:
                    instances = await presence.instances_of(connection, [*jobs_wait, *revoked, *left])
            except Exception as error:
                # The poll of the other copies looks for waiting jobs and for revocations, too.
                if isinstance(error, Unavailable) or is_connection_lost(error):
                    log.info("wake_ups_not_sent", devices=len(jobs_wait | revoked | left), reason=type(error).__name__)
                else:
                    log.exception("wake_ups_not_sent", devices=len(jobs_wait | revoked | left))
                continue
            messages: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
            for device_id, instance in instances.items():
                if device_id in jobs_wait:
                    messages[instance]["papers"].append(str(device_id))
                if device_id in revoked:
                    messages[instance]["revoked"].append(str(device_id))
                if device_id in left:
                    messages[instance]["left"].append(str(device_id))
            for instance, message in messages.items():
                await self._send(instance, **message)

    async def _tell_days(self, instance: str, units: list[str]) -> None:
        await self._send(instance, days=units)

    async def _send(self, instance: str, **message: Any) -> None:
        if instance != self._instance:
            await self._bus.publish_transient(queue_of(instance), message)
