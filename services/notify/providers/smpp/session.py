"""One bound connection to an SMSC: requests in a window, enquire_link both ways, deliveries answered when kept."""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable
from typing import Any, cast

import structlog

from services.notify.providers.smpp.pdus import (
    Command,
    MalformedPdu,
    Pdu,
    PduReader,
    Sm,
    Status,
    decode_sm,
)
from services.notify.providers.smpp.statuses import describe

log = structlog.get_logger(__name__)

Deliver = Callable[[Sm], Awaitable[int]]
"""Keeps a delivery durably and returns the status to answer with."""
LateAnswer = Callable[[object, Pdu], None]

_MOST_DELIVERIES = 1000
"""Deliveries being kept at the same time; the SMSC is asked to bring more later."""
_MOST_LATE = 10_000
_LAST_SEQUENCE = 0x7FFFFFFF
_UNBIND_SECONDS = 2.0


class Refused(Exception):
    """The SMSC does not let us bind; ``status`` says why."""

    def __init__(self, status: int) -> None:
        super().__init__(f"bind refused: {describe(status)}")
        self.status = status


class NotWritten(Exception):
    """The connection cannot be used; nothing was written."""


class AnswerLost(Exception):
    """It was written, and its answer did not come."""


class Session(asyncio.Protocol):
    """A connection, from its bind to its end."""

    def __init__(self, window: int, deliver: Deliver, late_answer: LateAnswer) -> None:
        self._deliver = deliver
        self._late_answer = late_answer
        self._reader = PduReader()
        self._loop = asyncio.get_running_loop()
        self._window = asyncio.Semaphore(window)
        self._waiting: dict[int, asyncio.Future[Pdu]] = {}
        self._late: dict[int, object] = {}
        self._deliveries: set[asyncio.Task[None]] = set()
        self._sequence = 0
        self._transport: asyncio.Transport | None = None
        self._bound = False
        self._ended = self._loop.create_future()
        self._may_write = asyncio.Event()
        self._may_write.set()
        self._heard_at = self._loop.time()
        self._probe = asyncio.Event()
        self.end_cause = ""
        """Why the connection has ended."""

    # --- opening and closing ----------------------------------------------------------------------------------------

    @property
    def usable(self) -> bool:
        """Whether something can be sent now."""
        return self._bound and not self._ended.done()

    async def bind(self, command: Command, body: bytes) -> None:
        """Bind. Raises :class:`Refused`, :class:`AnswerLost`, :class:`NotWritten`."""
        answer = await self._request(command, body)
        if answer.status != Status.OK:
            raise Refused(answer.status)
        self._bound = True

    async def ended(self) -> None:
        """Return when the connection has ended."""
        await asyncio.shield(self._ended)

    async def unbind(self, grace_seconds: float) -> None:
        """Let answers that are under way come, unbind, close."""
        was_bound, self._bound = self._bound, False
        if self._ended.done():
            return
        under_way: list[asyncio.Future[Any]] = [*self._waiting.values(), *self._deliveries]
        if under_way:
            await asyncio.wait(under_way, timeout=grace_seconds)
        if was_bound:
            with contextlib.suppress(TimeoutError, AnswerLost, NotWritten):
                async with asyncio.timeout(_UNBIND_SECONDS):
                    await self._request(Command.UNBIND, b"")
        self.abort("unbound")

    def abort(self, cause: str) -> None:
        """Close at once; what waits for an answer has lost it."""
        self.end_cause = self.end_cause or cause
        if self._transport is not None:
            self._transport.abort()
        self._end()

    # --- requests ---------------------------------------------------------------------------------------------------

    async def submit(self, sm: bytes, label: object, before_writing: Callable[[], None]) -> Pdu:
        """Send one part and return its answer.

        Raises :class:`NotWritten`, :class:`AnswerLost`. A caller may stop waiting: the answer is passed to the late
        answers with ``label`` if it still comes.
        """
        async with self._window:
            await self._may_write.wait()
            if not self.usable:
                raise NotWritten(self.end_cause or "not bound")
            before_writing()
            return await self._request(Command.SUBMIT_SM, sm, label)

    async def watch(self, enquire_seconds: float, silence_seconds: float) -> None:
        """Ask a silent peer whether it is there, and end the connection when it does not react."""
        while not self._ended.done():
            idle = self._loop.time() - self._heard_at
            if idle < enquire_seconds and not self._probe.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(max(enquire_seconds - idle, 0.01)):
                        await self._probe.wait()
                continue
            self._probe.clear()
            asked_at = self._loop.time()
            try:
                async with asyncio.timeout(silence_seconds):
                    await self._request(Command.ENQUIRE_LINK, b"")
            except TimeoutError:
                if self._heard_at <= asked_at:
                    self.abort(f"silent for {silence_seconds:g} s after enquire_link")
            except (AnswerLost, NotWritten):
                return

    def probe(self) -> None:
        """Ask at once whether the peer is there."""
        self._probe.set()

    async def _request(self, command: Command, body: bytes, label: object = None) -> Pdu:
        if self._ended.done() or self._transport is None or self._transport.is_closing():
            raise NotWritten(self.end_cause or "not connected")
        sequence = self._next_sequence()
        answer: asyncio.Future[Pdu] = self._loop.create_future()
        self._waiting[sequence] = answer
        try:
            self._transport.write(Pdu(command, 0, sequence, body).encode())
            return await answer
        finally:
            del self._waiting[sequence]
            if label is not None and (answer.cancelled() or not answer.done()):
                self._late[sequence] = label
                if len(self._late) > _MOST_LATE:
                    del self._late[next(iter(self._late))]

    def _next_sequence(self) -> int:
        while True:
            self._sequence = self._sequence % _LAST_SEQUENCE + 1
            if self._sequence not in self._waiting:
                return self._sequence

    # --- what comes -------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell everybody who waits."""
        self.end_cause = self.end_cause or ("closed by the SMSC" if exc is None else type(exc).__name__)
        self._end()

    def pause_writing(self) -> None:
        """Hold back parts that have not been written."""
        self._may_write.clear()

    def resume_writing(self) -> None:
        """Go on writing."""
        self._may_write.set()

    def data_received(self, data: bytes) -> None:
        """Deal with every PDU that is whole now."""
        self._heard_at = self._loop.time()
        try:
            for pdu in self._reader.feed(data):
                self._received(pdu)
        except MalformedPdu as error:
            log.warning("smpp_malformed", error=str(error))
            self._answer(Pdu(Command.GENERIC_NACK, Status.INVALID_COMMAND_LENGTH, 0))
            self.abort(f"malformed: {error}")

    def _received(self, pdu: Pdu) -> None:
        if pdu.is_response:
            self._received_answer(pdu)
        elif pdu.command == Command.DELIVER_SM:
            self._received_delivery(pdu)
        elif pdu.command == Command.ENQUIRE_LINK:
            self._answer(pdu.response())
        elif pdu.command == Command.UNBIND:
            self._bound = False
            self._answer(pdu.response())
            self.end_cause = self.end_cause or "unbound by the SMSC"
            # What is under way may still be answered; the SMSC closes. If it does not, we do.
            self._loop.call_later(_UNBIND_SECONDS, self.abort, "unbound by the SMSC")
        else:
            self._answer(Pdu(Command.GENERIC_NACK, Status.INVALID_COMMAND, pdu.sequence))

    def _received_answer(self, pdu: Pdu) -> None:
        answer = self._waiting.get(pdu.sequence)
        if answer is not None and not answer.done():
            answer.set_result(pdu)
        elif (label := self._late.pop(pdu.sequence, None)) is not None:
            self._late_answer(label, pdu)

    def _received_delivery(self, pdu: Pdu) -> None:
        if len(self._deliveries) >= _MOST_DELIVERIES:
            self._answer(pdu.response(Status.QUEUE_FULL, b"\0"))
            return
        task = self._loop.create_task(self._keep(pdu))
        self._deliveries.add(task)
        task.add_done_callback(self._deliveries.discard)

    async def _keep(self, pdu: Pdu) -> None:
        """Answer a delivery once it is kept; what cannot be kept now is to come again."""
        try:
            status = await self._deliver(decode_sm(pdu.body))
        except MalformedPdu as error:
            log.warning("smpp_malformed_delivery", error=str(error))
            status = Status.RECEIVER_PERMANENT
        except Exception:
            log.exception("smpp_delivery_not_kept")
            status = Status.RECEIVER_TEMPORARY
        self._answer(pdu.response(status, b"\0"))

    def _answer(self, pdu: Pdu) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(pdu.encode())

    def _end(self) -> None:
        self._bound = False
        self._may_write.set()
        self._probe.set()
        if not self._ended.done():
            self._ended.set_result(None)
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(AnswerLost(self.end_cause))


async def connect(
    host: str,
    port: int,
    make: Callable[[], Session],
    *,
    tls: ssl.SSLContext | None = None,
    server_name: str | None = None,
) -> Session:
    """Return a session that is connected and not bound. Raises :class:`OSError`."""
    _, session = await asyncio.get_running_loop().create_connection(
        make, host, port, ssl=tls, server_hostname=(server_name or host) if tls else None
    )
    return session
