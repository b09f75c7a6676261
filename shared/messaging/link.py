"""A connection that comes back: supervised, probed, with a port for each purpose."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection
from pydantic import SecretStr

from shared.broker_addresses import InTurn, nodes_of
from shared.messaging.backoff import Backoff
from shared.messaging.connection import (
    HEARTBEAT,
    close_quietly,
    connect_in_turn,
    is_open,
    open_channel,
    random_first,
)
from shared.messaging.declarations import Declarations
from shared.messaging.errors import BrokerGone
from shared.messaging.guard import CALL_SECONDS, guarded
from shared.messaging.port import Port
from shared.messaging.underlay import passage_of

SILENT_SECONDS = 2.0 * HEARTBEAT
"""A connection that has not answered a probe for so long is not ready, and is replaced."""

_PROBE_EVERY = 5.0

_SILENT_SECONDS_OF_SEVERAL, _PROBE_EVERY_OF_SEVERAL, _CONNECT_SECONDS_OF_SEVERAL = 8.0, 2.0, 2.0
"""Where there are other nodes, one that is silent is left sooner: to leave it costs a moment, to stay costs people's
time."""

_END_SECONDS = 1.0
"""How long the tasks of a lost connection are waited for before the next one is made."""

log = structlog.get_logger(__name__)


class Link:
    """One connection to the broker, with its ports; connects again for ever, to the next node where there are several.

    When no node can be reached, all are asked again after a pause, which grows and is jittered.
    """

    def __init__(
        self,
        url: SecretStr,
        name: str,
        *,
        on_connected: Callable[[AbstractConnection], Awaitable[None]] | None = None,
    ) -> None:
        addresses = nodes_of(url.get_secret_value())
        self._nodes = InTurn(addresses, first=random_first(len(addresses)))
        several = len(addresses) > 1
        self._silent_seconds = _SILENT_SECONDS_OF_SEVERAL if several else SILENT_SECONDS
        self._probe_every = _PROBE_EVERY_OF_SEVERAL if several else _PROBE_EVERY
        self._connect_seconds = _CONNECT_SECONDS_OF_SEVERAL if several else CALL_SECONDS
        self._name = name
        self._on_connected = on_connected
        self._ports: list[Port] = []
        self._connection: AbstractConnection | None = None
        self._declarations: Declarations | None = None
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
            and is_open(connection)
            and (self.is_blocked or time.monotonic() - self._answered_at < self._silent_seconds)
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
        if self._connection is not None and self._declarations is not None and is_open(self._connection):
            self._serve_port(port, self._connection, self._declarations)
        return port

    async def run(self) -> None:
        """Connect, serve the ports until the connection is lost, and again; never returns.

        Raises what waiting does not mend: a broker that is not supported, a queue with other arguments, a bug.
        """
        backoff = Backoff(first=0.1)
        while True:
            try:
                connection = await connect_in_turn(self._nodes, name=self._name, within=self._connect_seconds)
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
                self._connection = self._declarations = None
                self._blocked.clear()
                await close_quietly(connection)
            await asyncio.sleep(backoff.delay())

    async def _serve(self, connection: AbstractConnection, backoff: Backoff) -> None:
        if self._on_connected is not None:
            await self._on_connected(connection)
        backoff.reset()
        self._answered_at = self.connected_at = time.monotonic()
        declarations = Declarations(connection)
        self._connection, self._declarations = connection, declarations
        log.info("broker_connected", connection=self._name)
        lost = asyncio.Event()
        connection.close_callbacks.add(lambda *_: lost.set())
        helpers = [
            asyncio.create_task(lost.wait(), name=f"{self._name} lost"),
            asyncio.create_task(self._watch_blocked(connection), name=f"{self._name} blocked"),
            asyncio.create_task(self._probe(connection), name=f"{self._name} probe"),
        ]
        for port in self._ports:
            self._serve_port(port, connection, declarations)
        try:
            while is_open(connection):
                # Ports can be added while we wait, so look at the set again now and then.
                running = [*helpers, *self._tasks.values()]
                done, _ = await asyncio.wait(running, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
                for finished in done:
                    _raise_failure(finished)
        finally:
            tasks = [*helpers, *self._tasks.values()]
            self._tasks.clear()
            for task in tasks:
                task.cancel()
                # A task that outlives the wait below may end with any error of the library; it is read and dropped.
                task.add_done_callback(_look_at_end)
            # A port lets its channel go at once. The library may hold on to a call on a dead channel for 20 s.
            await asyncio.wait(tasks, timeout=_END_SECONDS)

    def _serve_port(self, port: Port, connection: AbstractConnection, declarations: Declarations) -> None:
        self._tasks[port] = asyncio.create_task(port.serve(connection, declarations), name=f"port {port.name}")

    async def _watch_blocked(self, connection: AbstractConnection) -> None:
        passage = passage_of(connection)
        while True:
            await passage.blocked.wait()
            self._blocked.set()
            log.warning("broker_blocked", connection=self._name)
            for callback in self._blocked_callbacks:
                callback()
            await passage.wait()
            self._blocked.clear()
            self._answered_at = time.monotonic()
            log.info("broker_unblocked", connection=self._name)

    async def _probe(self, connection: AbstractConnection) -> None:
        """Ask the broker something cheap now and then: a network that swallows everything shows sooner."""
        channel: AbstractChannel | None = None
        while True:
            await asyncio.sleep(self._probe_every)
            if self.is_blocked:
                continue
            try:
                if channel is None or channel.is_closed:
                    channel = await open_channel(connection, purpose="probing")
                await guarded(channel.get_exchange("amq.direct"), within=CALL_SECONDS, doing="probing")
            except BrokerGone:
                if self.is_blocked:
                    continue
                if time.monotonic() - self._answered_at > self._silent_seconds:
                    raise BrokerGone(f"no answer for {self._silent_seconds:g} s") from None
            else:
                self._answered_at = time.monotonic()


def _look_at_end(task: "asyncio.Future[Any]") -> None:
    if not task.cancelled():
        task.exception()


def _raise_failure(task: "asyncio.Future[Any]") -> None:
    # A foreign cancellation, or a port that ended because the connection closed under it, is a lost connection.
    if task.cancelled():
        raise BrokerGone("connection lost")
    error = task.exception()
    if error is not None:
        raise error
