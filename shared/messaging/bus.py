"""The bus as a service uses it: start, request, work, drain, close."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import TracebackType
from typing import Any, Self, TypeVar

import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection
from asyncpg import Pool, Record

from shared import metrics
from shared.contracts.message import Event, Reply, Request
from shared.db.pool import ACQUIRE_SECONDS
from shared.db.transaction import Isolation
from shared.messaging import envelope
from shared.messaging.broker_version import check_broker
from shared.messaging.connection import server_properties
from shared.messaging.consumer import Consumer
from shared.messaging.declarations import Declarations
from shared.messaging.dispatcher import Dispatcher
from shared.messaging.errors import BrokerGone, Failed
from shared.messaging.event_sender import EventSender
from shared.messaging.guard import CALL_SECONDS
from shared.messaging.handlers import EventHandler, RequestHandler, bind
from shared.messaging.lag_meter import LagMeter
from shared.messaging.link import Link
from shared.messaging.port import Port
from shared.messaging.pruner import Pruner
from shared.messaging.publisher import Publisher
from shared.messaging.relay import Relay
from shared.messaging.requester import Requester
from shared.messaging.responder import Responder
from shared.messaging.senders import Senders, account_in
from shared.messaging.subscription import Subscription
from shared.messaging.topology import Names, Topology, exchanges, instance_queue, own_exchange
from shared.messaging.underlay import TRANSIENT, Delivered, Properties, publish
from shared.messaging.unit_of_work import UnitOfWork
from shared.messaging.units_of_work import UnitsOfWork
from shared.messaging.watchdog import watch
from shared.settings import ServiceSettings

R = TypeVar("R", bound=Reply)

DRAIN_SECONDS = 15.0
"""How long handlers that are under way may take to finish when the service stops."""

_START_SECONDS = 8.0

TransientHandler = Callable[[bytes], Awaitable[None]]

log = structlog.get_logger(__name__)


class Bus:
    """Connects one process to the others.

    Two connections, because a broker with a memory or disk alarm stops reading from those that publish: one to publish,
    one to consume. On each, a channel for every purpose.

    ``pool`` may be None for a process that only sends requests (a command, a test): it has no handlers and no outbox.
    """

    def __init__(self, settings: ServiceSettings, topology: Topology, pool: Pool | None) -> None:
        self._settings = settings
        self._topology = topology
        self._pool = pool
        self._names = Names(settings.namespace)
        name = f"{settings.namespace}.{topology.service}@{settings.instance}"
        self._pub = Link(settings.amqp_url, f"{name} pub", on_connected=_verify)
        self._sub = Link(settings.amqp_url, f"{name} sub", on_connected=_verify)
        self._account = account_in(settings.amqp_url.get_secret_value())
        self._requester = Requester(self._pub, self._names, topology.service, account=self._account)
        self._own = own_exchange(topology.service, self._names)
        self._transient = self._pub.add(Port("transient", setup=self._set_up_own))
        self._relay: Relay | None = None
        self._dispatcher: Dispatcher | None = None
        if pool is not None:
            self._relay = Relay(
                settings.database_url,
                topology,
                self._names,
                Publisher(self._pub, "outbox", topology.service, exchanges=exchanges(self._names)),
                instance=settings.instance,
            )
            # On a channel of its own: an event that closes one does not hold up what the relay sends.
            direct = Publisher(self._pub, "events", topology.service, exchanges=exchanges(self._names))
            self._dispatcher = Dispatcher(EventSender(topology, self._names, direct), self._relay.mark)
        self._units = UnitsOfWork(pool, self._relay, dispatcher=self._dispatcher, service=topology.service)
        self._responder: Responder | None = None
        self._consumer: Consumer | None = None
        self._subscriptions: list[Subscription] = []
        self._supervised: dict[str, asyncio.Task[None]] = {}
        self._transient_tasks: set[asyncio.Task[None]] = set()
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._on_started: list[Callable[[], None]] = []
        self._draining = False
        self._closed = False

    # --- life --------------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.drain()
        await self.close()

    async def start(
        self,
        *,
        dependencies: Mapping[str, object] | None = None,
    ) -> None:
        """Connect, declare the topology, start consumers and relay.

        ``dependencies`` are what the handlers take by keyword, by name: all that they ask for, and no others
        (ValueError). When the broker is not there, this returns after a few seconds all the same and keeps trying;
        ``/readyz`` reports it. Raises :class:`UnsupportedBroker` and :class:`TopologyMismatch`.
        """
        settings = self._settings
        bound = bind(self._topology.handlers, dependencies or {})
        request_handlers = [handler for handler in bound if isinstance(handler, RequestHandler)]
        event_handlers = [handler for handler in bound if isinstance(handler, EventHandler)]
        if request_handlers:
            self._responder = Responder(
                self._sub,
                self._pub,
                self._topology,
                self._names,
                request_handlers,
                units=self._units,
                prefetch=settings.prefetch,
                concurrency=settings.concurrency,
                senders=Senders(settings.namespace, self._topology.service, self._account),
            )
            self._subscriptions.append(self._responder.subscription)
        if event_handlers:
            if self._pool is None:
                raise ValueError("a consumer of events needs a database for its inbox")
            self._consumer = Consumer(
                self._sub,
                self._pub,
                self._topology,
                self._names,
                event_handlers,
                units=self._units,
                prefetch=settings.prefetch,
                # A flood of events must leave connections for requests, which people wait for. Events that wait
                # are consumed in batches, so that fewer at a time are no slower.
                concurrency=min(settings.concurrency, max(1, settings.database_pool_size // 2)),
            )
            self._subscriptions.append(self._consumer.subscription)
        self._supervise("publishing connection", self._pub.run())
        if self._subscriptions:
            self._supervise("consuming connection", self._sub.run())
        if self._relay is not None:
            service, instance = self._topology.service, settings.instance
            self._supervise("relay", self._relay.run())
            pruner = Pruner(settings.database_url, service, instance=instance, kept=settings.retention())
            self._supervise("pruner", pruner.run())
            self._supervise("lag meter", LagMeter(settings.database_url, service, instance=instance).run())
        self._supervise("watchdog", watch(lambda: (self._pub, self._sub)))
        for callback in self._on_started:
            callback()
        await self._wait_started()

    async def drain(self) -> None:
        """Stop consuming, finish what was delivered (at most 15 s), send what the outbox holds.

        Requests can still be made until :meth:`close`. What is not finished in time is delivered to another copy.
        """
        if self._draining:
            return
        self._draining = True
        started = time.monotonic()
        drains = [part.drain() for part in (self._responder, self._consumer) if part is not None]
        drains += [subscription.stop() for subscription in self._subscriptions]
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                await asyncio.gather(*drains)
                await self._units.after_commit.wait_idle()
                if self._transient_tasks:
                    await asyncio.wait(self._transient_tasks)
        except TimeoutError:
            log.warning("drain_incomplete", seconds=DRAIN_SECONDS)
        if self._dispatcher is not None:
            await self._dispatcher.stop(2.0)
        relay = self._supervised.get("relay")
        if self._relay is not None and relay is not None:
            self._relay.stop()
            await asyncio.wait({relay}, timeout=2.0)
        log.info("drained", seconds=round(time.monotonic() - started, 2))

    async def close(self) -> None:
        """Close the connections; what was not settled is delivered again elsewhere. :meth:`drain` comes before."""
        if self._closed:
            return
        self._closed = self._draining = True
        for part in (self._responder, self._consumer):
            if part is not None:
                await part.cancel()
        tasks = [*self._supervised.values(), *self._transient_tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._units.after_commit.cancel()
        if self._dispatcher is not None:
            await self._dispatcher.cancel()
        await self._requester.close()
        if not self._failed.done():
            self._failed.cancel()

    async def wait_failed(self) -> None:
        """Wait until a part that must run has ended, for the process to exit and be started anew.

        Raises :class:`Failed`, caused by what ended it.
        """
        await asyncio.shield(self._failed)

    @asynccontextmanager
    async def background(self, name: str, work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
        """Run something of the service's own that must go on as long as the block does, and cancel it at the end.

        Should it end before, by whatever cause, :meth:`wait_failed` raises, and the process is started anew.
        """
        told_to_stop = False
        task = asyncio.create_task(work, name=f"{self._topology.service} {name}")
        task.add_done_callback(lambda task: self._ended(name, task, asked_for=told_to_stop))
        try:
            yield
        finally:
            told_to_stop = True
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    # --- messages ----------------------------------------------------------------------------------------------------

    async def request(
        self,
        message: Request[R],
        *,
        timeout: float = 5.0,  # noqa: ASYNC109 - it travels with the message as its deadline
        correlation_id: str | None = None,
    ) -> R:
        """Ask the owner of ``message`` and return its answer.

        Waits ``timeout`` seconds, and never beyond the deadline of the message being handled. Raises the
        :class:`~shared.problems.Problem` that the owner raised; :class:`~shared.problems.Unavailable` at once when no
        copy of the owner is there, or the broker is gone or blocked; :class:`~shared.problems.TimedOut` at the
        deadline. After the last two it may have been done: repeat it with the same ids.
        """
        return await self._requester.request(message, timeout=timeout, correlation_id=correlation_id)

    def work(
        self, *, isolation: Isolation | None = None, within: float = ACQUIRE_SECONDS
    ) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a transaction outside of a handler that can emit events: imports, HTTP handlers, timers.

        Committed at the end, undone when the block raises. Raises :class:`~shared.problems.Unavailable` when no
        connection to the database is free ``within`` seconds, :class:`~shared.db.transaction.CommitUnknown` when
        it is unknown whether it was committed.
        """
        return self._units.open(isolation=isolation, within=within)

    async def write_and_emit(
        self,
        statement: str,
        arguments: Sequence[object],
        event: Event,
        *,
        aggregate: str | None = None,
        within: float = ACQUIRE_SECONDS,
    ) -> Sequence[Record]:
        """Run one statement as a transaction of its own, and emit ``event`` where it returns a row; return its rows.

        It ends with ``SELECT * FROM written``. Raises :class:`~shared.problems.Unavailable` as :meth:`work` does.
        """
        return await self._units.write_and_emit(statement, arguments, event, aggregate=aggregate, within=within)

    async def publish_transient(self, queue_name: str, payload: bytes | Mapping[str, Any]) -> None:
        """Send to the queue of one instance, without confirm and retry: lost when the instance is gone.

        ``queue_name`` is the name below the namespace, for example ``gateway.push.<instance>``. For wake-ups only,
        whose loss costs time and nothing else; so it raises nothing when the broker is away.
        """
        body = payload if isinstance(payload, bytes) else json.dumps(payload, default=str).encode()
        properties = Properties(
            content_type="application/json",
            delivery_mode=TRANSIENT,
            message_id=envelope.attempt_id(),
            app_id=self._topology.service,
        )
        if self._pub.is_blocked:
            return
        try:
            await publish(
                self._transient.underlay,
                body,
                properties,
                exchange=self._own.name,
                routing_key=self._names.instance_queue(queue_name),
                mandatory=False,
                within=CALL_SECONDS,
                doing="sending a wake-up",
            )
        except BrokerGone as error:
            log.info("wake_up_not_sent", queue=queue_name, reason=str(error))

    async def consume_transient(self, queue_name: str, handler: TransientHandler) -> None:
        """Take what :meth:`publish_transient` sends to the queue of this instance; call it after :meth:`start`.

        The queue is made here, survives a reconnect, and goes ten minutes after this instance. ``handler`` gets the
        payload; what it raises is logged and the message is gone.
        """
        queue = instance_queue(queue_name, self._names, self._topology.service)

        def take(delivered: Delivered) -> None:
            task = asyncio.create_task(self._run_transient(handler, delivered.body))
            self._transient_tasks.add(task)
            task.add_done_callback(self._transient_tasks.discard)

        self._subscriptions.append(
            Subscription(
                self._sub,
                queue.name,
                exchanges=(self._own,),
                queues=(queue,),
                consume=queue,
                take=take,
                prefetch=0,
                no_ack=True,
            )
        )
        if "consuming connection" not in self._supervised:
            self._supervise("consuming connection", self._sub.run())
        await self._wait_started()

    async def _set_up_own(self, _: AbstractChannel, declarations: Declarations) -> None:
        await declarations.declare(exchanges=(self._own,))

    # --- health ------------------------------------------------------------------------------------------------------

    def on_started(self, callback: Callable[[], None]) -> None:
        """Have ``callback`` called when the consumers are known (:meth:`start`), before the connections are up."""
        self._on_started.append(callback)

    @property
    def is_blocked(self) -> bool:
        """Whether the broker refuses to be published to now (memory or disk alarm)."""
        return self._pub.is_blocked

    def checks(self) -> dict[str, Callable[[], Awaitable[str | None]]]:
        """Return checks for ``/readyz``: each returns None when all is well, else what is wrong."""

        async def publishing() -> str | None:
            metrics.BLOCKED.labels(self._topology.service).set(self._pub.is_blocked)
            if not self._pub.is_connected:
                return "no connection"
            return "blocked by the broker" if self._pub.is_blocked else None

        async def consuming() -> str | None:
            return None if self._sub.is_connected else "no connection"

        async def consumers() -> str | None:
            if self._draining:
                return "draining"
            if self._consumer is not None:
                await self._consumer.count_dead()
            silent = [subscription.port.name for subscription in self._subscriptions if not subscription.is_live]
            return f"not consuming: {', '.join(silent)}" if silent else None

        async def relay() -> str | None:
            since = self._relay.seconds_since_look if self._relay is not None else 0.0
            if since is None:
                return "not started"
            return f"has not looked at the outbox for {since:.0f} s" if since > _RELAY_SILENT_SECONDS else None

        checks: dict[str, Callable[[], Awaitable[str | None]]] = {"broker_publish": publishing}
        if self._subscriptions:
            checks |= {"broker_consume": consuming, "consumers": consumers}
        if self._relay is not None:
            checks["relay"] = relay
        return checks

    # --- inside ------------------------------------------------------------------------------------------------------

    def _supervise(self, name: str, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine, name=f"{self._topology.service} {name}")
        self._supervised[name] = task
        task.add_done_callback(lambda task: self._ended(name, task, asked_for=self._draining))

    def _ended(self, name: str, task: "asyncio.Task[None]", *, asked_for: bool) -> None:
        # To return is a failure, too: each of these must run as long as the process does.
        error = None if task.cancelled() else task.exception()
        if asked_for and error is None:
            return
        log.error("part_ended", part=name, exc_info=error)
        if not self._failed.done():
            failure = Failed(f"{name} has ended")
            failure.__cause__ = error
            self._failed.set_exception(failure)
            # Read here, so that asyncio does not log it where no task waits for it.
            self._failed.exception()

    async def _wait_started(self) -> None:
        """Wait until everything is connected, for a few seconds; raise what waiting does not mend."""
        waiting = asyncio.gather(*(port.wait_ready() for link in (self._pub, self._sub) for port in link.ports))
        try:
            failed: asyncio.Future[Any] = self._failed
            await asyncio.wait((waiting, failed), timeout=_START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await waiting
        if self._failed.done():
            error = self._failed.exception()
            if error is not None:
                raise error.__cause__ or error

    @staticmethod
    async def _run_transient(handler: TransientHandler, body: bytes) -> None:
        try:
            await handler(body)
        except Exception:
            log.exception("wake_up_failed")


_RELAY_SILENT_SECONDS = 10.0


async def _verify(connection: AbstractConnection) -> None:
    check_broker(server_properties(connection))
