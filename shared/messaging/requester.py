"""The requesting side of request/reply: any number of requests at once over one channel, with a queue of answers."""

import asyncio
import json
import secrets
import time
from typing import Any, TypeVar, cast

import structlog
from aio_pika.abc import AbstractChannel
from opentelemetry.trace import SpanKind

from shared import metrics
from shared.contracts.message import Reply, Request
from shared.ids import new_id
from shared.messaging import context as contexts
from shared.messaging import envelope, tracing
from shared.messaging.codec import decode, encode
from shared.messaging.declarations import Declarations
from shared.messaging.errors import BrokerGone, Unroutable
from shared.messaging.guard import CALL_SECONDS, guarded
from shared.messaging.link import Link
from shared.messaging.port import Port
from shared.messaging.topology import Names, exchanges
from shared.messaging.underlay import TRANSIENT, Delivered, Properties, consume, send, take_returned
from shared.problems import Problem, TimedOut, Unavailable

R = TypeVar("R", bound=Reply)

log = structlog.get_logger(__name__)


class Requester:
    """Sends requests and matches their answers."""

    def __init__(self, link: Link, names: Names, service: str, *, account: str | None = None) -> None:
        self._link = link
        self._exchange = names.requests
        self._exchanges = exchanges(names)
        self._names = names
        self._service = service
        self._account = account
        self._reply_queue = ""
        self._pending: dict[str, asyncio.Future[Delivered]] = {}
        self.port = link.add(Port("requests", setup=self._set_up, lost=self._on_lost))
        link.on_blocked(self._on_lost)

    @property
    def pending(self) -> int:
        """How many answers are being waited for."""
        return len(self._pending)

    async def close(self) -> None:
        """Let every request that still waits for its reply fail."""
        self._on_lost()

    async def request(
        self,
        message: Request[R],
        *,
        timeout: float,  # noqa: ASYNC109 - it travels with the message as its deadline
        correlation_id: str | None = None,
    ) -> R:
        """Ask the owner of ``message`` and return its answer, as :meth:`shared.messaging.Bus.request` describes."""
        with tracing.span(f"request {message.routing_key()}", SpanKind.CLIENT):
            return await self._request(message, timeout, correlation_id)

    async def _request(self, message: Request[R], timeout: float, correlation_id: str | None) -> R:  # noqa: ASYNC109
        context = contexts.current_or_new()
        now = time.time()
        deadline = now + timeout if context.deadline is None else min(now + timeout, context.deadline)
        kind = message.routing_key()
        if deadline <= now:
            raise TimedOut(facts={"request": kind})
        if self._link.is_blocked or not self.port.is_ready:
            raise _unavailable(kind)
        attempt = envelope.attempt_id()
        headers: dict[str, Any] = {
            envelope.MESSAGE_ID: str(new_id()),
            envelope.DEADLINE: int(deadline * 1000),
        }
        if context.message_id is not None:
            headers[envelope.CAUSATION_ID] = str(context.message_id)
        if context.traceparent is not None:
            headers[envelope.TRACEPARENT] = context.traceparent
        # The logical correlation id travels in a header: AMQP's own is what matches the answer to this attempt.
        headers[envelope.CORRELATION_ID] = correlation_id or context.correlation_id
        if context.actor is not None:
            headers[envelope.ACTOR] = context.actor.model_dump_json()
        if context.external_correlation_id is not None:
            headers[envelope.EXTERNAL_CORRELATION_ID] = context.external_correlation_id
        properties = Properties(
            content_type="application/json",
            delivery_mode=TRANSIENT,
            message_id=attempt,
            # The broker compares it with the account of the connection: the receiver learns who has really sent this.
            user_id=self._account,
            correlation_id=attempt,
            message_type=kind,
            app_id=self._service,
            reply_to=self._reply_queue,
            expiration=str(max(1, int((deadline - now) * 1000))),
            headers=headers,
        )
        body = encode(message)
        answer: asyncio.Future[Delivered] = asyncio.get_running_loop().create_future()
        self._pending[attempt] = answer
        counted = metrics.of(self._service, kind)
        counted.published.inc()
        try:
            # Nothing waits for a confirm: the answer says more, and what is lost meets the deadline.
            send(
                self.port.underlay,
                body,
                properties,
                exchange=self._exchange,
                routing_key=kind,
                doing=f"sending {kind}",
            )
            async with asyncio.timeout(deadline - now):
                delivered = await answer
            counted.confirmed.inc()
        except TimeoutError:
            raise TimedOut(facts={"request": kind}) from None
        except BrokerGone as error:
            log.warning("request_not_sent", request=kind, reason=str(error))
            raise _unavailable(kind) from error
        except Unroutable:
            counted.returned.inc()
            raise _unavailable(kind) from None
        finally:
            self._pending.pop(attempt, None)
        if delivered.header.properties.message_type == envelope.PROBLEM:
            raise Problem.from_dict(json.loads(delivered.body))
        return cast("R", decode(message.reply_type, delivered.body))

    async def _set_up(self, channel: AbstractChannel, declarations: Declarations) -> None:
        await declarations.declare(exchanges=self._exchanges)
        # Not RabbitMQ's direct reply-to, which is behind the default exchange: whoever may answer there may publish
        # into the queues of all services. Another name each time: the queue of a dead connection may still be there.
        name = self._names.reply_queue(self._service, secrets.token_hex(8))
        queue = await guarded(
            channel.declare_queue(name, exclusive=True, auto_delete=True, arguments={"x-queue-type": "classic"}),
            within=CALL_SECONDS,
            doing="declaring the queue of answers",
        )
        await guarded(queue.bind(self._names.replies, name), within=CALL_SECONDS, doing="binding the queue of answers")
        await take_returned(channel, self._on_returned)
        await consume(channel, name, self._on_answer, no_ack=True)
        self._reply_queue = name

    def _on_answer(self, delivered: Delivered) -> None:
        answer = self._pending.get(delivered.header.properties.correlation_id or "")
        # None is pending: the caller was cancelled or met its deadline.
        if answer is not None and not answer.done():
            answer.set_result(delivered)

    def _on_returned(self, returned: Delivered) -> None:
        answer = self._pending.get(returned.header.properties.message_id or "")
        if answer is not None and not answer.done():
            answer.set_exception(Unroutable("no copy of the service is there"))

    def _on_lost(self) -> None:
        """Answers can only come over the channel that is gone: fail every request that waits for one."""
        for answer in self._pending.values():
            if not answer.done():
                answer.set_exception(BrokerGone("the connection was lost, or the broker is blocked"))


def _unavailable(kind: str) -> Unavailable:
    return Unavailable(facts={"request": kind})
