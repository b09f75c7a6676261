"""What runs by the clock: the poll behind the wake-ups, leases, revocations, overdue print jobs, pruning."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from services.gateway.dependencies import Dependencies
from services.gateway.live_day.browsers import DayStreams
from services.gateway.print_jobs import store
from services.gateway.print_jobs.rules import Trigger
from services.gateway.print_jobs.service import PrintJobEvent
from services.gateway.store import collectors, devices, door_leases, feeds, guess_limits, partners, presence
from services.gateway.stream.frames import Refresh
from services.gateway.stream.hub import Hub
from shared.contracts.customer import GetCollector
from shared.db.retention import delete_all
from shared.db.transaction import is_connection_lost
from shared.messaging import correlated
from shared.problems import NotFound, Unavailable

log = structlog.get_logger()

_OVERLAP = timedelta(seconds=60)
"""A revocation becomes visible at its commit, later than the moment written in it: look back further than that."""

_LOOKS_PER_HEARTBEAT = 8
"""How often in a heartbeat phones that have been sent nothing are looked for: the precision of the pause."""


_LEARNT_AT_ONCE = 20
"""Collectors that are asked for in one turn."""


_REFRESH_EVERY = 1.0
_QUIET, _LONGEST = 2.0, 30.0
"""Seconds without further bills of a collector's customers before the phones read them, and with."""
_REFRESHED_AT_ONCE = 100


class PeriodicTasks:
    """The periodic tasks of one copy of the gateway. Every copy runs them; row locks keep two from doing the same."""

    def __init__(self, dependencies: Dependencies, hub: Hub, day_streams: DayStreams) -> None:
        self._dependencies = dependencies
        self._hub = hub
        self._day_streams = day_streams
        self._looked_for_revocations: datetime | None = None

    async def run(self) -> None:
        """Run every timer until cancelled; what fails is logged and retried at its next turn."""
        settings = self._dependencies.settings
        async with asyncio.TaskGroup() as group:
            group.create_task(self._every(settings.revocation_check_interval, self.close_revoked))
            group.create_task(self._every(settings.revocation_check_interval, self._day_streams.end_with_sessions))
            group.create_task(self._every(settings.heartbeat / _LOOKS_PER_HEARTBEAT, self.send_heartbeats))
            group.create_task(self._every(settings.presence_lease / 3, self.renew_presence))
            group.create_task(self._every(settings.poll_interval, self.poll))
            group.create_task(self._every(settings.poll_interval, self.end_overdue_print_jobs))
            group.create_task(self._every(_REFRESH_EVERY, self.send_refreshes))
            group.create_task(self._every(settings.poll_interval, self.learn_collectors))
            group.create_task(self._every(3600, self.prune))

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                with correlated():
                    await work()
            except Exception as error:
                if not (isinstance(error, Unavailable) or is_connection_lost(error)):
                    log.exception("periodic_task_failed", part=work.__name__)
                else:
                    log.warning("periodic_task_postponed", part=work.__name__, error=type(error).__name__)
            await asyncio.sleep(seconds)

    async def send_refreshes(self) -> None:
        """Have phones read their routes afresh for which a bill run has released bills."""
        entry = Refresh(seq=0).model_dump_json(exclude={"seq"})
        async with self._dependencies.database() as connection, connection.transaction():
            codes = await feeds.take_refreshes(connection, _QUIET, _LONGEST, _REFRESHED_AT_ONCE)
            appended = {code: await feeds.append(connection, code, entry, self._dependencies.clock()) for code in codes}
        for code, update in appended.items():
            await self._dependencies.notifier.account_update(code, update)

    async def send_heartbeats(self) -> None:
        """Send a frame to the phones that have been sent nothing for a heartbeat."""
        self._hub.send_heartbeats(self._dependencies.settings.heartbeat * (1 - 1 / _LOOKS_PER_HEARTBEAT))

    async def close_revoked(self) -> None:
        """Close the streams of devices that were revoked, or whose collector left, without a wake-up."""
        now = self._dependencies.clock()
        since = (self._looked_for_revocations or now) - _OVERLAP
        async with self._dependencies.database() as connection:
            revoked = await devices.revoked_since(connection, since)
            left = await collectors.devices_left_since(connection, since)
        self._looked_for_revocations = now
        for device_id in revoked:
            await self._hub.revoke(device_id)
        self._hub.leave(left)

    async def learn_collectors(self) -> None:
        """Ask whether collectors still work of whom no ``collector.changed`` has come, as before there was one."""
        dependencies = self._dependencies
        async with dependencies.database() as connection:
            codes = await collectors.unknown(connection, _LEARNT_AT_ONCE)
            without_unit = await collectors.without_unit(connection, _LEARNT_AT_ONCE)
        for code in without_unit:
            with suppress(NotFound):
                found = await dependencies.request(GetCollector(collector_code=code))
                async with dependencies.database() as connection:
                    await collectors.set_unit(connection, code, found.unit_code)
        for code in codes:
            unit_code = None
            try:
                found = await dependencies.request(GetCollector(collector_code=code))
                active, unit_code = found.active, found.unit_code
            except NotFound:
                active = True  # sees no customer anyway
            now = dependencies.clock()
            async with dependencies.database() as connection, connection.transaction():
                if await collectors.note(
                    connection,
                    code,
                    active=active,
                    changed_at=collectors.LONG_AGO,
                    left_at=now,
                    now=now,
                    unit_code=unit_code,
                ):
                    log.info("collector_has_left", collector_code=code)

    async def renew_presence(self) -> None:
        """Renew this copy's lease, forget dead copies, and close sockets whose device is connected elsewhere."""
        now, settings = self._dependencies.clock(), self._dependencies.settings
        async with self._dependencies.database() as connection, connection.transaction():
            await presence.renew_lease(
                connection, self._dependencies.instance, now + timedelta(seconds=settings.presence_lease)
            )
            await presence.forget_dead_instances(connection, now)
        for device_id, connection_id in (await self._latest_connections()).items():
            here = self._hub.get(device_id)
            if here is not None and here.connection_id != connection_id:
                self._hub.close_replaced(here)

    async def _latest_connections(self) -> dict[UUID, UUID]:
        device_ids = self._hub.device_ids
        if not device_ids:
            return {}
        async with self._dependencies.database() as connection:
            return await presence.connections_of(connection, device_ids)

    async def poll(self) -> None:
        """Wake the phones here whose wake-ups were lost."""
        device_ids, positions = self._hub.device_ids, self._hub.feed_positions
        if not device_ids:
            return
        async with self._dependencies.database() as connection:
            waiting = await store.devices_with_work(connection, device_ids)
            latest = await feeds.positions(connection, list(positions))
        self._hub.wake_print_jobs(waiting)
        self._hub.wake_feeds(code for code, sent in positions.items() if latest.get(code, 0) > sent)

    async def end_overdue_print_jobs(self) -> None:
        """End jobs that are out of date, and those whose phone has been silent for too long while printing."""
        now = self._dependencies.clock()
        silent_since = now - timedelta(seconds=self._dependencies.settings.printing_timeout)
        async with self._dependencies.database() as connection:
            stale = await store.stale(connection, now)
            silent = await store.printing_since_before(connection, silent_since)
        events = [PrintJobEvent(job_id, Trigger.EXPIRE) for job_id in stale]
        events += [PrintJobEvent(job_id, Trigger.TIME_OUT) for job_id in silent]
        for event in events:
            record = await self._dependencies.print_jobs.apply(event)
            await self._dependencies.notifier.print_jobs([record.job.device_id])

    async def prune(self) -> None:
        """Delete account updates that are older than phones are kept up to date from."""
        older_than = self._dependencies.clock() - timedelta(seconds=self._dependencies.settings.feed_retention)
        async with self._dependencies.database() as connection, connection.transaction():
            deleted = await feeds.prune(connection, older_than)
            await guess_limits.forget_idle(connection)
            await door_leases.forget(connection, self._dependencies.clock())
        await delete_all(self._dependencies.pool, partners.forget_nonces, self._dependencies.clock())
        if deleted:
            log.info("feed_pruned", entries=deleted)
