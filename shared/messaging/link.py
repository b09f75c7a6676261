"""Connections and channels that come back: one supervised connection, and one channel for each purpose on it.

Each purpose has its own channel (a *port*), because an error closes a channel with everything that is under way on it:
one publish to a missing exchange would otherwise fail hundreds of others.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import cast

import aiormq
import structlog
from aiormq import Channel, Connection
from pydantic import SecretStr
from yarl import URL

from shared.messaging.backoff import Backoff
from shared.messaging.errors import BrokerGone
from shared.messaging.guard import CALL_SECONDS, close_quietly, guarded

HEARTBEAT = 10
"""Seconds; the library gives a silent connection up after 3 × (heartbeat + 1)."""

SILENT_SECONDS = 2.0 * HEARTBEAT
"""A connection that has not answered a probe for so long is not ready, and is replaced."""

_PROBE_EVERY = 5.0

_REFRESH_EVERY = 10.0
"""How often a port makes sure that what it needs is still there: somebody may have deleted an exchange."""

_END_SECONDS = 1.0
"""How long the tasks of a lost connection are waited for before the next one is made."""

log = structlog.get_logger(__name__)

Setup = Callable[[Channel], Awaitable[None]]


class Port:
    """One channel for one purpose, opened again whenever it is lost."""

    def __init__(
        self,
        name: str,
        *,
        confirms: bool = False,
        setup: Setup | None = None,
        refresh: Setup | None = None,
        lost: Callable[[], None] | None = None,
    ) -> None:
        self._ready_callbacks: list[Callable[[], None]] = []
        self.name = name
        self._confirms = confirms
        self._setup = setup
        self._refresh = refresh
        self._lost = lost
        self._channel: Channel | None = None
        self._reopen = asyncio.Event()
        self._ready = asyncio.Event()
        self.unready_since: float | None = time.monotonic()
        """When the channel was lost, on the monotonic clock; None while it is open."""

    @property
    def is_ready(self) -> bool:
        """Whether the channel is open and set up."""
        return self._channel is not None and not self._channel.is_closed

    @property
    def channel(self) -> Channel:
        """The open channel. Raises :class:`BrokerGone` while there is none."""
        channel = self._channel
        if channel is None or channel.is_closed:
            raise BrokerGone(f"no channel for {self.name} now")
        return channel

    async def wait_ready(self) -> None:
        """Wait until the channel is open and set up."""
        await self._ready.wait()

    def on_ready(self, callback: Callable[[], None]) -> None:
        """Have ``callback`` called whenever the channel has been opened and set up."""
        self._ready_callbacks.append(callback)

    def reopen(self) -> None:
        """Give the channel up and open a new one (the broker has cancelled its consumer, or it is in doubt)."""
        self._reopen.set()

    async def serve(self, connection: Connection) -> None:
        """Keep the channel open for as long as ``connection`` lives."""
        backoff = Backoff(first=0.05)
        while not connection.is_closed:
            try:
                await self._open(connection)
            except BrokerGone as error:
                log.warning("channel_not_opened", port=self.name, reason=str(error))
                await asyncio.sleep(backoff.delay())
                continue
            backoff.reset()
            try:
                await self._until_lost()
            finally:
                await self._close()
            if not connection.is_closed:
                log.warning("channel_lost", port=self.name)

    async def _open(self, connection: Connection) -> None:
        channel = await _open_channel(connection, confirms=self._confirms, purpose=self.name)
        self._reopen.clear()
        try:
            # A consumer that the broker cancels (queue deleted, leader moved) gets a new channel.
            channel.on_consumer_cancel_callbacks.add(lambda _frame: self._reopen.set())
            if self._setup is not None:
                await self._setup(channel)
        except BaseException:
            await close_quietly(channel)
            raise
        self._channel = channel
        self.unready_since = None
        self._ready.set()
        for callback in self._ready_callbacks:
            callback()

    async def _until_lost(self) -> None:
        channel = self._channel
        assert channel is not None  # noqa: S101 - set by _open
        closing = channel.closing
        reopen = asyncio.ensure_future(self._reopen.wait())
        try:
            while True:
                done, _ = await asyncio.wait(
                    (closing, reopen), timeout=_REFRESH_EVERY, return_when=asyncio.FIRST_COMPLETED
                )
                if done:
                    return
                if self._refresh is not None:
                    # Whether the connection is dead is for the probe to say.
                    with contextlib.suppress(BrokerGone):
                        await self._refresh(channel)
        finally:
            reopen.cancel()
            closing.cancel()

    async def _close(self) -> None:
        channel, self._channel = self._channel, None
        self._ready.clear()
        self.unready_since = time.monotonic()
        if self._lost is not None:
            self._lost()
        if channel is not None:
            await close_quietly(channel)


class Link:
    """One connection to the broker, with its ports; connects again with growing, jittered pauses for ever."""

    def __init__(
        self,
        url: SecretStr,
        name: str,
        *,
        on_connected: Callable[[Connection], Awaitable[None]] | None = None,
    ) -> None:
        self._url = URL(url.get_secret_value()).update_query(heartbeat=HEARTBEAT)
        self._name = name
        self._on_connected = on_connected
        self._ports: list[Port] = []
        self._connection: Connection | None = None
        self._blocked = asyncio.Event()
        self._blocked_callbacks: list[Callable[[], None]] = []
        self._answered_at = 0.0
        self.connected_at = 0.0
        """When the connection was made, on the monotonic clock."""
        self._tasks: dict[Port, asyncio.Task[None]] = {}

    @property
    def name(self) -> str:
        """The connection's name, as the broker shows it."""
        return self._name

    @property
    def is_connected(self) -> bool:
        """Whether the connection is open and has answered lately."""
        connection = self._connection
        return (
            connection is not None
            and not connection.is_closed
            and (self.is_blocked or time.monotonic() - self._answered_at < SILENT_SECONDS)
        )

    @property
    def is_blocked(self) -> bool:
        """Whether the broker refuses to be published to on this connection (memory or disk alarm)."""
        return self._blocked.is_set()

    def on_blocked(self, callback: Callable[[], None]) -> None:
        """Have ``callback`` called when the broker blocks this connection."""
        self._blocked_callbacks.append(callback)

    @property
    def ports(self) -> tuple[Port, ...]:
        """The ports of this connection."""
        return tuple(self._ports)

    def add(self, port: Port) -> Port:
        """Serve a port on this connection from now on."""
        self._ports.append(port)
        connection = self._connection
        if connection is not None and not connection.is_closed:
            self._tasks[port] = asyncio.create_task(port.serve(connection), name=f"port {port.name}")
        return port

    async def run(self) -> None:
        """Connect, serve the ports until the connection is lost, and again; never returns.

        Raises what no waiting heals: a broker that is not supported, a queue with other arguments, a bug.
        """
        backoff = Backoff(first=0.1)
        while True:
            try:
                connection = await self._connect()
            except BrokerGone as error:
                delay = backoff.delay()
                log.warning(
                    "broker_not_reached", connection=self._name, reason=str(error), retry_seconds=round(delay, 2)
                )
                await asyncio.sleep(delay)
                continue
            try:
                await self._serve(connection, backoff)
            except BrokerGone as error:
                log.warning("broker_lost", connection=self._name, reason=str(error))
            finally:
                self._connection = None
                self._blocked.clear()
                await close_quietly(connection)
            await asyncio.sleep(backoff.delay())

    async def _connect(self) -> Connection:
        return await guarded(
            aiormq.connect(self._url, client_properties={"connection_name": self._name}),
            within=CALL_SECONDS,
            doing="connecting",
        )

    async def _serve(self, connection: Connection, backoff: Backoff) -> None:
        if self._on_connected is not None:
            await self._on_connected(connection)
        backoff.reset()
        self._answered_at = self.connected_at = time.monotonic()
        self._connection = connection
        log.info("broker_connected", connection=self._name)
        closing = connection.closing
        helpers = [
            asyncio.create_task(self._watch_blocked(connection), name=f"{self._name} blocked"),
            asyncio.create_task(self._probe(connection), name=f"{self._name} probe"),
        ]
        for port in self._ports:
            self._tasks[port] = asyncio.create_task(port.serve(connection), name=f"port {port.name}")
        try:
            while not connection.is_closed:
                # Ports can be added while we wait, so look at the set again now and then.
                running = [closing, *helpers, *self._tasks.values()]
                done, _ = await asyncio.wait(running, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
                for finished in done:
                    if finished is not closing:
                        _raise_failure(finished)
        finally:
            closing.cancel()
            tasks = [*helpers, *self._tasks.values()]
            self._tasks.clear()
            for task in tasks:
                task.cancel()
                # What is left behind below ends with whatever the library makes of it; nobody need know.
                task.add_done_callback(_look_at_end)
            # A port lets its channel go at once. The library may hold on to a call on a dead channel for 20 s.
            await asyncio.wait(tasks, timeout=_END_SECONDS)

    async def _watch_blocked(self, connection: Connection) -> None:
        while True:
            try:
                async with asyncio.timeout(0.05):
                    await connection.ready()
            except TimeoutError:
                self._blocked.set()
                log.warning("broker_blocked", connection=self._name)
                for callback in self._blocked_callbacks:
                    callback()
                await connection.ready()
                self._blocked.clear()
                self._answered_at = time.monotonic()
                log.info("broker_unblocked", connection=self._name)
            await asyncio.sleep(0.1)

    async def _probe(self, connection: Connection) -> None:
        """Ask the broker something cheap now and then: a network that swallows everything shows sooner."""
        channel: Channel | None = None
        while True:
            await asyncio.sleep(_PROBE_EVERY)
            if self.is_blocked:
                continue
            try:
                if channel is None or channel.is_closed:
                    channel = await _open_channel(connection, confirms=False, purpose="probing")
                await guarded(
                    channel.exchange_declare("amq.direct", passive=True), within=CALL_SECONDS, doing="probing"
                )
            except BrokerGone:
                if self.is_blocked:
                    continue
                if time.monotonic() - self._answered_at > SILENT_SECONDS:
                    raise BrokerGone(f"no answer for {SILENT_SECONDS:g} s") from None
            else:
                self._answered_at = time.monotonic()


async def _open_channel(connection: Connection, *, confirms: bool, purpose: str) -> Channel:
    channel = await guarded(
        # Not raising on returned messages is only possible, and only sensible, without confirms.
        connection.channel(publisher_confirms=confirms, on_return_raises=confirms),
        within=CALL_SECONDS,
        doing=f"opening a channel for {purpose}",
    )
    return cast("Channel", channel)


def _look_at_end(task: "asyncio.Future[None]") -> None:
    if not task.cancelled():
        task.exception()


def _raise_failure(task: "asyncio.Future[None]") -> None:
    # A foreign cancellation, or a port that ended because the connection closed under it, is a lost connection.
    if task.cancelled():
        raise BrokerGone("connection lost")
    error = task.exception()
    if error is not None:
        raise error
