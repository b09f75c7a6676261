"""The events side of a service: handle each once, in the order of their aggregate, and settle every delivery."""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from opentelemetry.trace import SpanKind

from shared import metrics
from shared.contracts.message import Event
from shared.db.time_limit import time_limit
from shared.messaging import context as contexts
from shared.messaging import envelope, tracing
from shared.messaging.backoff import Backoff
from shared.messaging.codec import decode
from shared.messaging.context import Context
from shared.messaging.envelope import context_of, forwarded
from shared.messaging.errors import BrokerGone, MessagingError, Undecodable, UnknownMessage
from shared.messaging.guard import guarded
from shared.messaging.handlers import HANDLER_SECONDS, EventHandler
from shared.messaging.inbox import claim
from shared.messaging.lanes import Lanes
from shared.messaging.link import Link
from shared.messaging.nothing_to_do import Idle, NothingToDo
from shared.messaging.port import Port
from shared.messaging.publisher import Publisher
from shared.messaging.recoverability import DeadLetter, Postpone, TryAgain, decide
from shared.messaging.subscription import Subscription
from shared.messaging.topology import Names, Topology, event_queues, exchanges, own_exchange
from shared.messaging.underlay import Delivered, acknowledge, is_stale, put_back
from shared.messaging.unit_of_work import Access, ConnectionNeeded, UnitOfWork, run_write
from shared.messaging.units_of_work import SharedTransaction, UnitsOfWork
from shared.problems import Suspended

log = structlog.get_logger(__name__)

TOGETHER = 16
"""Events that are handled with one transaction at most, when more wait than can be worked on side by side."""

_LOOK_EVERY = 5.0


@dataclass(frozen=True, slots=True)
class _Read:
    """A delivery that has been read, and what is to be done about it."""

    delivered: Delivered
    context: Context
    message_id: UUID
    kind: str
    message: Event
    handler: EventHandler[Any]
    lock: str | None


class Consumer:
    """Runs the handlers of events in one transaction with the inbox, and acknowledges after the commit.

    When events wait, several are handled with one transaction: commits are what an event costs most. Should one of
    them fail, all are undone and handled again one by one, so that one failure does not fail the others.
    """

    def __init__(
        self,
        sub: Link,
        pub: Link,
        topology: Topology,
        names: Names,
        handlers: Sequence[EventHandler[Any]],
        *,
        units: UnitsOfWork,
        prefetch: int,
        concurrency: int,
    ) -> None:
        self._service = topology.service
        self._names = names
        self._units = units
        self._handlers = {handler.message.routing_key(): handler for handler in handlers}
        for kind in (*self._handlers, "unknown"):
            metrics.of(self._service, kind).show_consumed()
        self._in_flight = metrics.IN_FLIGHT.labels(self._service)
        self._draining = asyncio.Event()
        self._lanes = Lanes(self._handle, concurrency, together=TOGETHER)
        # A quarter of what the broker hands out before it wants acknowledgements: the rest goes on meanwhile.
        self._idle = NothingToDo(self._claim_idle, self._settle_idle, most=max(1, prefetch // 4))
        # Not through the default exchange, which leads into the queues of all services.
        self._own = own_exchange(topology.service, names)
        self._forwarding = Publisher(pub, "retry and dead", topology.service, exchanges=(self._own,))
        self._looking = sub.add(Port("looking"))
        self._looked_at = -_LOOK_EVERY
        queues = tuple(event_queues(topology, names))
        work_queue = next(queue for queue in queues if queue.name == names.event_queue(topology.service))
        self.subscription = Subscription(
            sub,
            "events",
            exchanges=(*exchanges(names), self._own),
            queues=queues,
            consume=work_queue,
            take=self._take,
            prefetch=prefetch,
        )

    async def drain(self) -> None:
        """Consume no more events and finish those under way, without waiting for a database that is away."""
        await self.subscription.stop()
        self._draining.set()
        await self._lanes.wait_idle()
        await self._idle.drain()
        self.subscription.settle()

    async def count_dead(self) -> None:
        """Set the gauge of dead letters, every few seconds at most; without a broker it stays as it was."""
        if time.monotonic() - self._looked_at < _LOOK_EVERY:
            return
        self._looked_at = time.monotonic()
        queue = self._names.dead_queue(self._service)
        with contextlib.suppress(BrokerGone):
            declared = await guarded(self._looking.channel.get_queue(queue), within=1.0, doing=f"counting {queue}")
            metrics.DEAD_WAITING.labels(self._service).set(declared.declaration_result.message_count or 0)

    async def cancel(self) -> None:
        """Stop at once; what was not acknowledged is delivered again."""
        await self._lanes.cancel()
        await self._idle.cancel()

    def _take(self, delivered: Delivered) -> None:
        properties = delivered.header.properties
        handler = self._handlers.get(properties.message_type or "")
        if handler is not None and handler.lane is not None:
            self._lanes.put(f"lane {handler.lane}", delivered, gathered=True)
            return
        aggregate = (properties.headers or {}).get(envelope.AGGREGATE)
        self._lanes.put(aggregate if isinstance(aggregate, str) else None, delivered)

    async def _handle(self, deliveries: list[Delivered]) -> None:
        self._in_flight.inc(len(deliveries))
        try:
            left = deliveries if len(deliveries) == 1 else await self._handle_together(deliveries)
            for delivered in left:
                await self._handle_alone(delivered)
        finally:
            self._in_flight.dec(len(deliveries))

    async def _handle_together(self, deliveries: list[Delivered]) -> list[Delivered]:
        """Handle several events with one transaction; return those that have to be handled one by one."""
        started = time.perf_counter()
        batch, left = [], []
        for delivered in deliveries:
            if is_stale(delivered):
                continue
            try:
                read = self._read(delivered, context_of(delivered))
            except MessagingError:
                left.append(delivered)
                continue
            if read.lock is None:
                left.append(delivered)
            else:
                batch.append(read)
        # Rows are locked in one order everywhere, so that copies do not deadlock.
        batch.sort(key=lambda read: read.lock or "")
        if not batch:
            return left
        try:
            is_committed = await self._commit(batch)
        except Exception as error:  # noqa: BLE001 - whichever of them failed will fail again when it is alone
            log.info("events_undone_together", events=len(batch), error=_name(error))
            return deliveries
        if is_committed:
            for read in batch:
                await self._settle(read.delivered, read.kind, time.perf_counter() - started)
        return left

    async def _handle_alone(self, delivered: Delivered) -> None:
        if is_stale(delivered):
            return
        started = time.perf_counter()
        kind = delivered.header.properties.message_type or "unknown"
        kind = kind if kind in self._handlers else "unknown"
        try:
            context = context_of(delivered)
        except Undecodable as error:
            log.warning("event_poison", reason=str(error))
            await self._dead_letter(delivered, DeadLetter("undecodable"), error, attempt=1, kind=kind)
            return
        with contexts.use(context):
            if await self._until_decided(delivered, context, kind):
                await self._settle(delivered, kind, time.perf_counter() - started)

    async def _until_decided(self, delivered: Delivered, context: Context, kind: str) -> bool:
        """Try until it is committed (True), or is on its way elsewhere or to be noted later (False)."""
        started = time.monotonic()
        tries = 0
        while True:
            tries += 1
            try:
                return await self._commit([self._read(delivered, context)])
            except Exception as error:
                decision = decide(error, attempt=context.attempt, tries=tries, held=time.monotonic() - started)
                if isinstance(decision, TryAgain):
                    log.warning("event_held", reason=decision.reason, error=_name(error))
                    if await self._pause(decision.seconds, delivered):
                        continue
                    await put_back(delivered)
                elif isinstance(decision, Postpone):
                    log.warning(
                        "event_postponed",
                        reason=decision.reason,
                        seconds=decision.seconds,
                        attempt=context.attempt,
                        # What is suspended is known, and comes again and again.
                        exc_info=None if isinstance(error, Suspended) else error,
                    )
                    await self._postpone(delivered, decision, error, context, kind)
                else:
                    log.exception("event_dead_lettered", reason=decision.reason)
                    await self._dead_letter(delivered, decision, error, attempt=context.attempt, kind=kind)
                return False

    async def _settle(self, delivered: Delivered, kind: str, seconds: float) -> None:
        """Acknowledge after the commit; if that is lost, the event comes again and the inbox absorbs it."""
        counted = metrics.of(self._service, kind)
        counted.consumed.inc()
        counted.handler_seconds.observe(seconds)
        await acknowledge(delivered)

    def _read(self, delivered: Delivered, context: Context) -> _Read:
        handler = self._handlers.get(context.kind or "")
        if handler is None or context.kind is None or context.message_id is None:
            raise UnknownMessage(f"{self._service} does not handle {context.kind}")
        message = decode(handler.message, delivered.body)
        lock = handler.lock_of(message, context.aggregate)
        return _Read(delivered, context, context.message_id, context.kind, message, handler, lock)

    async def _commit(self, batch: Sequence[_Read]) -> bool:
        """Run the handlers of events in one transaction with the inbox, which leaves out those that it knows.

        False where there was nothing to do for the only one: its entry is made soon, and it is acknowledged then.
        """
        if len(batch) == 1 and batch[0].handler.access is Access.ONE_STATEMENT:
            return await self._commit_at_once(batch[0])
        if len(batch) == 1 and batch[0].handler.access is Access.IF_NEEDED:
            # What was begun has had no effect: it is begun again, in a transaction.
            with contextlib.suppress(ConnectionNeeded):
                return await self._commit_at_once(batch[0])
        # An event has no deadline: it may wait for a connection as long as for its handler.
        async with time_limit(HANDLER_SECONDS), self._units.together(within=HANDLER_SECONDS) as shared:
            fresh = await claim(shared.connection, self._service, [read.message_id for read in batch])
            for read in batch:
                await self._handle_within(shared, read, is_new=read.message_id in fresh, is_last=read is batch[-1])
                fresh.discard(read.message_id)
        return True

    async def _handle_within(self, shared: SharedTransaction, read: _Read, *, is_new: bool, is_last: bool) -> None:
        with contexts.use(read.context):
            if is_new:
                await self._run(read, work := shared.open())
                if not is_last:  # that of the last one is written with the commit
                    await run_write(work)
            else:
                self._count_duplicate(read.kind, read.delivered)

    async def _commit_at_once(self, read: _Read) -> bool:
        """Run the handler of an event that needs one statement, and then this together with the inbox entry.

        False where it needs none: then its entry is to be made.
        """
        started = time.perf_counter()
        with contexts.use(read.context):
            async with (
                time_limit(HANDLER_SECONDS),
                self._units.at_once(self._service, read.message_id, within=HANDLER_SECONDS) as opened,
            ):
                await self._run(read, opened.work)
            if opened.is_idle:
                self._idle.put(Idle(read.delivered, read.message_id, read.kind, time.perf_counter() - started))
                return False
            if not opened.is_new:
                self._count_duplicate(read.kind, read.delivered)
        return True

    async def _claim_idle(self, message_ids: list[UUID]) -> set[UUID]:
        return await self._units.claim(self._service, message_ids)

    async def _settle_idle(self, idle: Idle, is_new: bool) -> None:
        if not is_new:
            self._count_duplicate(idle.kind, idle.delivered)
        await self._settle(idle.delivered, idle.kind, idle.seconds)

    def _count_duplicate(self, kind: str, delivered: Delivered) -> None:
        metrics.of(self._service, kind).duplicates.inc()
        # Delivered again by the broker, or sent again by its emitter.
        log.info("event_duplicate", redelivered=delivered.redelivered)

    async def _run(self, read: _Read, work: UnitOfWork) -> None:
        attributes = {"thungan.attempt": read.context.attempt}
        needed: ConnectionNeeded | None = None
        with tracing.span(f"handle {read.kind}", SpanKind.CONSUMER, attributes):
            try:
                await read.handler.function(read.message, work)
            except ConnectionNeeded as error:
                # No failure to be traced: it is begun again with a database.
                needed = error
        if needed is not None:
            raise needed

    async def _pause(self, seconds: float, delivered: Delivered) -> bool:
        """Wait; return False when there is no point in going on here."""
        try:
            async with asyncio.timeout(seconds):
                await self._draining.wait()
        except TimeoutError:
            return not is_stale(delivered)
        return False

    async def _postpone(
        self, delivered: Delivered, decision: Postpone, error: Exception, context: Context, kind: str
    ) -> None:
        headers: dict[str, Any] = {
            envelope.ATTEMPT: context.attempt + 1,
            envelope.FIRST_FAILED: context.first_failed or int(time.time() * 1000),
            envelope.REASON: decision.reason,
            envelope.ERROR: _name(error),
        }
        queue = self._names.retry_queue(self._service, decision.seconds)
        if await self._forward(delivered, queue, headers, kind):
            metrics.of(self._service, kind).retried.inc()

    async def _dead_letter(
        self, delivered: Delivered, decision: DeadLetter, error: Exception, *, attempt: int, kind: str
    ) -> None:
        now = int(time.time() * 1000)
        old = delivered.header.properties.headers or {}
        headers: dict[str, Any] = {
            envelope.ATTEMPT: attempt,
            envelope.FIRST_FAILED: old.get(envelope.FIRST_FAILED, now),
            envelope.DEAD_AT: now,
            envelope.REASON: decision.reason,
            envelope.ERROR: _name(error),
        }
        if await self._forward(delivered, self._names.dead_queue(self._service), headers, kind):
            metrics.of(self._service, kind).dead.inc()

    async def _forward(self, delivered: Delivered, queue: str, headers: dict[str, Any], kind: str) -> bool:
        """Pass a delivery on to another queue, with a confirm, and only then acknowledge it.

        Publishing and then losing the acknowledgement makes two copies; the inbox lets one of them take effect.
        """
        backoff = Backoff()
        while not is_stale(delivered):
            try:
                await self._forwarding.publish(
                    delivered.body, forwarded(delivered, headers), exchange=self._own.name, routing_key=queue, kind=kind
                )
            except MessagingError as error:
                log.warning("not_forwarded", queue=queue, reason=str(error))
                if not await self._pause(backoff.delay(), delivered):
                    break
            else:
                metrics.of(self._service, kind).consumed.inc()
                await acknowledge(delivered)
                return True
        await put_back(delivered)
        return False


def _name(error: BaseException) -> str:
    return type(error).__name__
