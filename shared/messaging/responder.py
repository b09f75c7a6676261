"""The answering side of request/reply."""

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any

import structlog
from aio_pika.abc import AbstractChannel
from opentelemetry.trace import SpanKind

from shared import metrics
from shared.contracts.message import Reply, Request
from shared.db.time_limit import time_limit
from shared.db.transaction import CONFLICTS, DATABASE_BUSY, CommitUnknown, is_connection_lost, repeat_on_conflict
from shared.messaging import context as contexts
from shared.messaging import envelope, tracing
from shared.messaging.codec import decode, encode
from shared.messaging.context import Context
from shared.messaging.declarations import Declarations
from shared.messaging.envelope import context_of
from shared.messaging.errors import BrokerGone, Undecodable
from shared.messaging.guard import CALL_SECONDS
from shared.messaging.handlers import HANDLER_SECONDS, RequestHandler
from shared.messaging.lanes import Lanes
from shared.messaging.link import Link
from shared.messaging.port import Port
from shared.messaging.senders import ActorNotProven, Senders
from shared.messaging.subscription import Subscription
from shared.messaging.topology import Names, Topology, exchanges, request_queue
from shared.messaging.underlay import TRANSIENT, Delivered, Properties, acknowledge, is_stale, publish
from shared.messaging.unit_of_work import Access
from shared.messaging.units_of_work import UnitsOfWork
from shared.problems import InternalError, InvalidRequest, Problem, TimedOut, Unavailable

DIRECT_REPLY_TO = "amq.rabbitmq.reply-to."

_LOST_TRIES = 3

log = structlog.get_logger(__name__)


class Responder:
    """Runs the handlers of requests, and sends the answers."""

    def __init__(
        self,
        sub: Link,
        pub: Link,
        topology: Topology,
        names: Names,
        handlers: Sequence[RequestHandler[Any]],
        *,
        units: UnitsOfWork,
        prefetch: int,
        concurrency: int,
        senders: Senders,
    ) -> None:
        if not units.has_database and any(handler.access is not Access.NO_DATABASE for handler in handlers):
            raise ValueError(f"{topology.service}: its handlers of requests need a database")
        self._service = topology.service
        self._units = units
        self._senders = senders
        self._handlers = {handler.message.routing_key(): handler for handler in handlers}
        for kind in self._handlers:
            _ = metrics.of(self._service, kind).consumed
        self._in_flight = metrics.IN_FLIGHT.labels(self._service)
        self._lanes = Lanes(self._serve, concurrency)
        # Answers go out unconfirmed and not mandatory: a lost answer costs a repetition, nothing else.
        self._replies = names.replies
        self._exchanges = exchanges(names)
        self._answers = pub.add(Port("answers", setup=self._set_up))
        queue = request_queue(topology, names)
        self.subscription = Subscription(
            sub,
            "requests",
            exchanges=self._exchanges,
            queues=(queue,),
            consume=queue,
            take=self._take,
            prefetch=prefetch,
        )

    async def drain(self) -> None:
        """Consume no more requests and finish those under way."""
        await self.subscription.stop()
        await self._lanes.wait_idle()
        self.subscription.settle()

    async def cancel(self) -> None:
        """Stop at once; what was delivered and not answered goes to another copy."""
        await self._lanes.cancel()

    async def _set_up(self, _: AbstractChannel, declarations: Declarations) -> None:
        await declarations.declare(exchanges=self._exchanges)

    def _take(self, delivered: Delivered) -> None:
        self._lanes.put(None, delivered)

    async def _serve(self, deliveries: list[Delivered]) -> None:
        for delivered in deliveries:
            await self._serve_one(delivered)

    async def _serve_one(self, delivered: Delivered) -> None:
        if is_stale(delivered):
            return
        started = time.perf_counter()
        self._in_flight.inc()
        kind = delivered.header.properties.message_type or "unknown"
        try:
            await self._answer(delivered)
        finally:
            self._in_flight.dec()
            if kind in self._handlers:
                metrics.of(self._service, kind).consumed.inc()
                metrics.of(self._service, kind).handler_seconds.observe(time.perf_counter() - started)

    async def _answer(self, delivered: Delivered) -> None:
        reply_to = delivered.header.properties.reply_to
        try:
            context = context_of(delivered)
        except Undecodable as error:
            log.warning("request_not_read", reason=str(error))
            await self._send(delivered, InvalidRequest(str(error)))
            await acknowledge(delivered)
            return
        left = None if context.deadline is None else context.deadline - time.time()
        if left is not None and left <= 0:
            # The requester has been answered with a timeout already.
            log.info("request_too_late", request=context.kind, correlation_id=context.correlation_id)
            await acknowledge(delivered)
            return
        refused: Problem | None = None
        try:
            context = self._senders.proven(context, delivered.header.properties.user_id)
        except ActorNotProven as problem:
            refused = problem
        with contexts.use(context), tracing.span(f"handle {context.kind}", SpanKind.SERVER) as span:
            answer: Reply | Problem
            if refused is None:
                answer = await self._handle(context, delivered.body, HANDLER_SECONDS if left is None else left)
            else:
                log.warning("actor_not_proven", request=context.kind, account=delivered.header.properties.user_id)
                answer = refused
            if isinstance(answer, Problem):
                tracing.fail(span, answer.slug)
            if reply_to:
                await self._send(delivered, answer)
            # After the answer: if this process dies before, another copy answers. Requests can be repeated.
            await acknowledge(delivered)

    async def _handle(self, context: Context, body: bytes, left: float) -> Reply | Problem:
        handler = self._handlers.get(context.kind or "")
        if handler is None:
            return Unavailable(f"{context.kind} is not answered by this version of {self._service}")
        try:
            async with time_limit(min(left, HANDLER_SECONDS)):
                return await self._run(handler, decode(handler.message, body))
        except Exception as error:  # noqa: BLE001 - every error becomes an answer
            return _as_problem(error, context.correlation_id)

    async def _run(self, handler: RequestHandler[Any], message: Request[Any]) -> Reply:
        async def once() -> Reply:
            async with self._units.open(handler.access) as work:
                return await handler.answer(message, work)

        unknown: CommitUnknown | None = None
        for tries in range(1, _LOST_TRIES + 1):
            try:
                return await repeat_on_conflict(once)
            except Exception as error:
                if isinstance(error, CommitUnknown):
                    unknown = error
                # Also when the commit's own answer was lost: a request carries its creator's id and can be repeated.
                if is_connection_lost(error) and tries < _LOST_TRIES:
                    await asyncio.sleep(0.05)
                elif unknown is not None and not _is_refusal(error):
                    raise unknown from error
                else:
                    raise
        raise AssertionError("the last try returns or raises")

    async def _send(self, delivered: Delivered, answer: Reply | Problem) -> None:
        asked = delivered.header.properties
        if isinstance(answer, Problem):
            kind = envelope.PROBLEM
            body = json.dumps(answer.as_dict(), ensure_ascii=False, default=str).encode()
        else:
            kind = envelope.REPLY
            body = encode(answer)
        properties = Properties(
            content_type="application/json",
            delivery_mode=TRANSIENT,
            message_id=asked.correlation_id,
            correlation_id=asked.correlation_id,
            message_type=kind,
            app_id=self._service,
        )
        reply_to = asked.reply_to or ""
        try:
            await publish(
                self._answers.underlay,
                body,
                properties,
                # Callers of the version before have the broker's own reply address, behind the default exchange.
                exchange="" if reply_to.startswith(DIRECT_REPLY_TO) else self._replies,
                routing_key=reply_to,
                mandatory=False,
                within=CALL_SECONDS,
                doing="answering",
            )
        except BrokerGone as error:
            log.warning("answer_lost", reason=str(error))


def _is_refusal(error: Exception) -> bool:
    """Return whether a handler refused the request, rather than failed."""
    return isinstance(error, Problem) and error.status < 500


def _as_problem(error: Exception, correlation_id: str) -> Problem:
    """Return the problem that answers an error, and log the error; called while handling it."""
    if isinstance(error, Problem):
        log.info("request_refused", slug=error.slug, status=error.status)
        return error
    if isinstance(error, Undecodable):
        log.warning("request_not_read", reason=str(error))
        return InvalidRequest(str(error))
    if isinstance(error, TimeoutError | CommitUnknown):
        log.warning("request_timed_out")
        return TimedOut()
    if is_connection_lost(error) or isinstance(error, DATABASE_BUSY + CONFLICTS):
        log.warning("database_not_available", error=type(error).__name__)
        return Unavailable()
    log.error("request_failed", exc_info=error)
    return InternalError(facts={"correlation_id": correlation_id})
