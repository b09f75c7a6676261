"""The sockets that this copy of the gateway holds, by device and by collector."""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Iterable
from typing import Any
from uuid import UUID

import structlog
from aiohttp import web

from services.gateway.print_jobs.store import PrintJobRecord
from services.gateway.stream.connection import Connection, TooSlowError, close_socket
from services.gateway.stream.frames import CloseCode, Heartbeat, Revoked
from shared.db.transaction import is_connection_lost
from shared.problems import Unavailable

log = structlog.get_logger()

_PUMPS = 16
"""Phones that are served at the same time; the rest wait for a connection to the database anyway."""


class Hub:
    """Connections by device and by collector. One event loop, so no locks."""

    def __init__(self) -> None:
        self._by_device: dict[UUID, Connection] = {}
        self._by_collector: dict[str, set[Connection]] = defaultdict(set)
        self._pumps = asyncio.Semaphore(_PUMPS)
        self._tasks: set[asyncio.Task[None]] = set()
        self.unauthenticated: set[web.WebSocketResponse] = set()
        """Sockets whose ``hello`` has not come yet."""
        self.draining = False

    def __len__(self) -> int:
        return len(self._by_device)

    @property
    def device_ids(self) -> list[UUID]:
        """Devices whose sockets are here."""
        return list(self._by_device)

    @property
    def feed_positions(self) -> dict[str, int]:
        """The least account update sent, by collector."""
        return {
            code: min(connection.sequence for connection in connections)
            for code, connections in self._by_collector.items()
        }

    def get(self, device_id: UUID) -> Connection | None:
        """Return the device's connection, if it is here."""
        return self._by_device.get(device_id)

    def add(self, connection: Connection) -> None:
        """Add a connection; an older one of the same device is closed, because a device has one stream."""
        device = connection.device
        older = self._by_device.get(device.device_id)
        if older is not None:
            self._forget(older)
            self._spawn(older.close(CloseCode.REPLACED, "replaced"))
        self._by_device[device.device_id] = connection
        if device.collector_code is not None:
            self._by_collector[device.collector_code].add(connection)

    def remove(self, connection: Connection) -> None:
        """Forget a connection that has ended."""
        self._forget(connection)

    def _forget(self, connection: Connection) -> None:
        device = connection.device
        if self._by_device.get(device.device_id) is connection:
            del self._by_device[device.device_id]
        if device.collector_code is not None:
            connections = self._by_collector[device.collector_code]
            connections.discard(connection)
            if not connections:
                del self._by_collector[device.collector_code]

    def wake_print_jobs(self, device_ids: Iterable[UUID]) -> list[UUID]:
        """Serve these devices; returns those whose sockets are not here."""
        elsewhere = []
        for device_id in device_ids:
            connection = self._by_device.get(device_id)
            if connection is None:
                elsewhere.append(device_id)
            else:
                self.wake(connection, jobs=True)
        return elsewhere

    def reserve(self, device_id: UUID, job_id: UUID) -> bool:
        """Return whether a new print job may be queued as offered, because its phone is here and has room."""
        connection = self._by_device.get(device_id)
        return connection is not None and connection.reserve(job_id)

    def offer(self, record: PrintJobRecord) -> None:
        """Send a print job that was queued as offered; should the phone be gone, the database has it."""
        connection = self._by_device.get(record.job.device_id)
        if connection is not None:
            self.wake(connection, jobs=not connection.send_offered(record))

    def send_update(self, collector_code: str, sequence: int, entry: str) -> None:
        """Send an account update (JSON text) to the devices of a collector."""
        for connection in self._by_collector.get(collector_code, ()):
            connection.add_update(sequence, entry)
            self.wake(connection)

    def wake_feeds(self, collector_codes: Iterable[str]) -> None:
        """Serve the devices of these collectors."""
        for code in collector_codes:
            for connection in self._by_collector.get(code, ()):
                self.wake(connection, feed=True)

    def wake(self, connection: Connection, *, jobs: bool = False, feed: bool = False) -> None:
        """Send what waits for a connection, soon; what comes before the ``welcome`` is sent after it."""
        connection.jobs_wait |= jobs
        connection.feed_waits |= feed
        if connection.welcomed and not connection.pumping and not connection.closing:
            self._spawn(self._pump(connection))

    async def _pump(self, connection: Connection) -> None:
        async with self._pumps:
            try:
                await connection.pump()
            except TooSlowError:
                await connection.close(CloseCode.TOO_SLOW, "too slow")
            except ConnectionError:
                # The phone is gone; the reading side of its connection ends, too, and cleans up.
                log.info("stream_lost", device_id=str(connection.device.device_id))
            except Unavailable as error:
                log.warning("stream_not_served", reason=error.slug)
            except Exception as error:
                if not is_connection_lost(error):
                    log.exception("stream_failed", device_id=str(connection.device.device_id))
                # What was not sent waits in the database; a new connection begins cleanly.
                await connection.close(CloseCode.TRY_LATER, "try later")

    def send_heartbeats(self, interval: float) -> None:
        """Let the phones that have been sent nothing for ``interval`` seconds know that their connections live.

        Pings do that for the network and for us; a page in a browser does not see them.
        """
        due = asyncio.get_running_loop().time() - interval
        for connection in self._by_device.values():
            if connection.welcomed and not connection.closing and connection.last_sent <= due:
                # Not by the pump: phones that read slowly must not make others believe that we are silent.
                self._spawn(self._send_heartbeat(connection))

    async def _send_heartbeat(self, connection: Connection) -> None:
        try:
            await connection.send(Heartbeat())
        except TooSlowError:
            await connection.close(CloseCode.TOO_SLOW, "too slow")
        except ConnectionError:
            log.info("stream_lost", device_id=str(connection.device.device_id))

    async def revoke(self, device_id: UUID) -> None:
        """Close a revoked device's connection."""
        connection = self._by_device.get(device_id)
        if connection is None:
            return
        self._forget(connection)
        try:
            await connection.send(Revoked())
        except (TooSlowError, ConnectionError):
            log.info("revocation_not_sent", device_id=str(device_id))
        await connection.close(CloseCode.REVOKED, "revoked")

    def leave(self, device_ids: Iterable[UUID]) -> None:
        """Close the connections of a collector who does not work any more; nothing on the phones is wiped."""
        for device_id in device_ids:
            connection = self._by_device.get(device_id)
            if connection is not None:
                self._forget(connection)
                self._spawn(connection.close(CloseCode.COLLECTOR_LEFT, "collector left"))

    def close_replaced(self, connection: Connection) -> None:
        """Close a connection whose device has a newer one at another copy of the gateway."""
        self._forget(connection)
        self._spawn(connection.close(CloseCode.REPLACED, "replaced"))

    async def drain(self, batch: int, pause: float) -> None:
        """Close everything in batches, so that the phones do not all come back at the same moment."""
        self.draining = True
        await asyncio.gather(*(close_socket(socket, CloseCode.SERVICE_RESTART) for socket in self.unauthenticated))
        while self._by_device:
            connections = list(self._by_device.values())[:batch]
            for connection in connections:
                self._forget(connection)
            await asyncio.gather(
                *(connection.close(CloseCode.SERVICE_RESTART, "restart") for connection in connections)
            )
            if self._by_device:
                await asyncio.sleep(pause)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
