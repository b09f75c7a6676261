"""The events side of a service: take in once, in the order of their aggregate, and settle every delivery."""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from aiormq.abc import DeliveredMessage
from asyncpg import Pool

from shared import metrics
from shared.contracts.message import Event
from shared.db.transaction import transaction
from shared.messaging import context as contexts
from shared.messaging import envelope, tracing
from shared.messaging.backoff import Backoff
from shared.messaging.codec import decode
from shared.messaging.envelope import Envelope, forwarded, open_envelope
from shared.messaging.errors import BrokerGone, MessagingError, Undecodable, UnknownMessage
from shared.messaging.guard import guarded
from shared.messaging.handlers import EventHandler
from shared.messaging.inbox import claim
from shared.messaging.intake import Intake, acknowledge, is_stale, put_back
from shared.messaging.lanes import Lanes
from shared.messaging.link import Link, Port
from shared.messaging.publisher import Publisher
from shared.messaging.recoverability import GiveUp, Postpone, TryAgain, decide
from shared.messaging.relay import Relay
from shared.messaging.responder import HANDLER_SECONDS
from shared.messaging.topology import Names, Topology, event_queues, exchanges
from shared.messaging.tracing import Kind
from shared.messaging.unit_of_work import Metadata, UnitOfWork, flush

log = structlog.get_logger(__name__)

TOGETHER = 16
"""Events that are taken in with one transaction at most, when more wait than can be worked on side by side."""

_LOOK_EVERY = 5.0


@dataclass(frozen=True, slots=True)
class _Taken:
    """A delivery that has been understood, and what is to be done about it."""

    delivered: DeliveredMessage
    facts: Envelope
    message: Event
    handler: EventHandler[Any]
    lock: str | None


class Consumer:
    """Takes events, runs their handlers in one transaction with the inbox, and acknowledges after the commit.

    When events wait, several are taken in with one transaction: commits are what an event costs most. Should one of
    them fail, all are undone and taken in again one by one, so that none suffers for another.
    """

    def __init__(
        self,
        sub: Link,
        pub: Link,
        topology: Topology,
        names: Names,
        handlers: Sequence[EventHandler[Any]],
        *,
        pool: Pool,
        relay: Relay | None,
        prefetch: int,
        concurrency: int,
    ) -> None:
        self._service = topology.service
        self._names = names
        self._pool = pool
        self._relay = relay
        self._handlers = {handler.message.routing_key(): handler for handler in handlers}
        for kind in (*self._handlers, "unknown"):
            metrics.of(self._service, kind).show_consumed()
        self._draining = asyncio.Event()
        self._lanes = Lanes(self._handle, concurrency, together=TOGETHER)
        self._forwarding = Publisher(pub, "retry and dead", topology.service)
        self._looking = sub.add(Port("looking"))
        self._looked_at = -_LOOK_EVERY
        queues = tuple(event_queues(topology, names))
        work_queue = next(queue for queue in queues if queue.name == names.event_queue(topology.service))
        self.intake = Intake(
            sub,
            "events",
            exchanges=exchanges(names),
            queues=queues,
            consume=work_queue,
            take=self._take,
            prefetch=prefetch,
        )

    async def drain(self) -> None:
        """Take no more events, finish those under way, give up waiting for a database that is away."""
        await self.intake.stop()
        self._draining.set()
        await self._lanes.wait_idle()

    async def count_dead(self) -> None:
        """Set the gauge of dead letters, every few seconds at most; without a broker it stays as it was."""
        if time.monotonic() - self._looked_at < _LOOK_EVERY:
            return
        self._looked_at = time.monotonic()
        queue = self._names.dead_queue(self._service)
        with contextlib.suppress(BrokerGone):
            declared = await guarded(
                self._looking.channel.queue_declare(queue, passive=True), within=1.0, doing=f"counting {queue}"
            )
            metrics.DEAD_WAITING.labels(self._service).set(declared.message_count or 0)

    async def cancel(self) -> None:
        """Stop at once; what was not acknowledged is delivered again."""
        await self._lanes.cancel()

    def _take(self, delivered: DeliveredMessage) -> None:
        headers = delivered.header.properties.headers or {}
        aggregate = headers.get(envelope.AGGREGATE)
        self._lanes.put(aggregate if isinstance(aggregate, str) else None, delivered)

    async def _handle(self, deliveries: list[DeliveredMessage]) -> None:
        metrics.IN_FLIGHT.labels(self._service).inc(len(deliveries))
        try:
            left = deliveries if len(deliveries) == 1 else await self._handle_together(deliveries)
            for delivered in left:
                await self._handle_alone(delivered)
        finally:
            metrics.IN_FLIGHT.labels(self._service).dec(len(deliveries))

    async def _handle_together(self, deliveries: list[DeliveredMessage]) -> list[DeliveredMessage]:
        """Take in several events with one transaction; return those that have to be handled one by one."""
        started = time.perf_counter()
        batch, left = [], []
        for delivered in deliveries:
            if is_stale(delivered):
                continue
            try:
                taken = self._read(delivered, open_envelope(delivered))
            except MessagingError:
                left.append(delivered)
                continue
            if taken.lock is None:
                left.append(delivered)
            else:
                batch.append(taken)
        # Whoever locks several rows locks them in the same order as everybody else.
        batch.sort(key=lambda taken: taken.lock or "")
        if not batch:
            return left
        try:
            async with asyncio.timeout(HANDLER_SECONDS):
                await self._take_in(batch)
        except Exception as error:  # noqa: BLE001 - whichever of them failed will say so when it is alone
            log.info("events_undone_together", events=len(batch), error=_name(error))
            return deliveries
        for taken in batch:
            await self._settle(taken.delivered, taken.facts.kind, started)
        return left

    async def _handle_alone(self, delivered: DeliveredMessage) -> None:
        if is_stale(delivered):
            return
        started = time.perf_counter()
        kind = delivered.header.properties.message_type or "unknown"
        kind = kind if kind in self._handlers else "unknown"
        try:
            facts = open_envelope(delivered)
        except Undecodable as error:
            log.warning("event_poison", reason=str(error))
            await self._give_up(delivered, GiveUp("undecodable"), error, attempt=1, kind=kind)
            return
        with contexts.use(_context(facts)):
            if await self._until_decided(delivered, facts, kind):
                await self._settle(delivered, kind, started)

    async def _until_decided(self, delivered: DeliveredMessage, facts: Envelope, kind: str) -> bool:
        """Try until it is taken in (True), or is on its way elsewhere (False)."""
        started = time.monotonic()
        tries = 0
        while True:
            tries += 1
            try:
                async with asyncio.timeout(HANDLER_SECONDS):
                    await self._take_in([self._read(delivered, facts)])
            except Exception as error:
                decision = decide(error, attempt=facts.attempt, tries=tries, held=time.monotonic() - started)
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
                        attempt=facts.attempt,
                        exc_info=error,
                    )
                    await self._postpone(delivered, decision, error, facts, kind)
                else:
                    log.exception("event_given_up", reason=decision.reason)
                    await self._give_up(delivered, decision, error, attempt=facts.attempt, kind=kind)
                return False
            return True

    async def _settle(self, delivered: DeliveredMessage, kind: str, started: float) -> None:
        """Acknowledge after the commit; if that is lost, the event comes again and the inbox absorbs it."""
        counted = metrics.of(self._service, kind)
        counted.consumed.inc()
        counted.handler_seconds.observe(time.perf_counter() - started)
        await acknowledge(delivered)

    def _read(self, delivered: DeliveredMessage, facts: Envelope) -> _Taken:
        handler = self._handlers.get(facts.kind)
        if handler is None:
            raise UnknownMessage(f"{self._service} does not handle {facts.kind}")
        message = decode(handler.message, delivered.body)
        return _Taken(delivered, facts, message, handler, handler.lock_of(message, facts.aggregate))

    async def _take_in(self, batch: Sequence[_Taken]) -> None:
        notify = self._relay is None or not self._relay.is_active
        works: list[UnitOfWork] = []
        # Nobody waits for an event as for an answer: it may wait for a connection as long as for its handler.
        async with transaction(self._pool, within=HANDLER_SECONDS) as connection:
            fresh = await claim(connection, self._service, [taken.facts.message_id for taken in batch])
            for taken in batch:
                facts = taken.facts
                with contexts.use(_context(facts)):
                    if facts.message_id not in fresh:
                        metrics.of(self._service, facts.kind).duplicates.inc()
                        log.info("event_duplicate")
                        continue
                    fresh.remove(facts.message_id)
                    work = UnitOfWork(connection, _metadata(facts), notify=notify)
                    works.append(work)
                    with tracing.span(f"handle {facts.kind}", Kind.CONSUMER, {"thungan.attempt": facts.attempt}):
                        await taken.handler.function(taken.message, work)
            await flush(works)
        if self._relay is not None and any(work.emitted for work in works):
            self._relay.wake()
        for work in works:
            await work.committed()

    async def _pause(self, seconds: float, delivered: DeliveredMessage) -> bool:
        """Wait; return False when there is no point in going on here."""
        try:
            async with asyncio.timeout(seconds):
                await self._draining.wait()
        except TimeoutError:
            return not is_stale(delivered)
        return False

    async def _postpone(
        self, delivered: DeliveredMessage, decision: Postpone, error: Exception, facts: Envelope, kind: str
    ) -> None:
        headers: dict[str, Any] = {
            envelope.ATTEMPT: facts.attempt + 1,
            envelope.FIRST_FAILED: facts.first_failed or int(time.time() * 1000),
            envelope.REASON: decision.reason,
            envelope.ERROR: _name(error),
        }
        queue = self._names.retry_queue(self._service, decision.seconds)
        if await self._forward(delivered, queue, headers, kind):
            metrics.of(self._service, kind).retried.inc()

    async def _give_up(
        self, delivered: DeliveredMessage, decision: GiveUp, error: Exception, *, attempt: int, kind: str
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

    async def _forward(self, delivered: DeliveredMessage, queue: str, headers: dict[str, Any], kind: str) -> bool:
        """Pass a delivery on to another queue, with a confirm, and only then acknowledge it.

        Publishing and then losing the acknowledgement makes two copies; the inbox lets one of them take effect.
        """
        backoff = Backoff()
        while not is_stale(delivered):
            try:
                await self._forwarding.publish(
                    delivered.body, forwarded(delivered, headers), exchange="", routing_key=queue, kind=kind
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


def _context(facts: Envelope) -> contexts.Context:
    return contexts.Context(
        correlation_id=facts.correlation_id,
        message_id=str(facts.message_id),
        traceparent=facts.traceparent,
        handling=facts.kind,
    )


def _metadata(facts: Envelope) -> Metadata:
    return Metadata(
        message_id=facts.message_id,
        correlation_id=facts.correlation_id,
        causation_id=facts.causation_id,
        sender=facts.sender,
        attempt=facts.attempt,
        traceparent=facts.traceparent,
    )


def _name(error: BaseException) -> str:
    return type(error).__name__
