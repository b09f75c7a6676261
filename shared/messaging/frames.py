"""Frames of AMQP in bulk: what the library beneath aio-pika does frame by frame, done for all that is there (ADR 55).

The library asks its socket three times for each frame, has a task for each delivery, and writes each frame with a
system call of its own. The classes here stand in for three of its own, do the same for all that has come or waits, and
change nothing of what it means. Only :mod:`shared.messaging.underlay` uses them.
"""

import asyncio
import itertools
import struct
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import aiormq.connection
import pamqp.frame
from aiormq import spec
from aiormq.abc import ChannelFrame, DeliveredMessage
from aiormq.channel import Channel
from aiormq.connection import FrameGenerator, FrameReceiver
from aiormq.exceptions import AMQPConnectionError, ChannelInvalidStateError, InvalidFrameError, ProtocolSyntaxError
from pamqp.exceptions import PAMQPException
from pamqp.header import ContentHeader

_READ_BYTES = 64 * 1024
_MOST_BYTES = 256 * 1024
"""Bytes that are written at once; a frame that is larger is written by itself."""

_HEAD = struct.Struct(">BHI")
"""Kind of a frame, channel, size of what follows; then come that and an octet for the end."""

_ACK = struct.Struct(">BHIHHQBB")
"""The frame of ``basic.ack`` as a whole."""

ACKNOWLEDGE_WITHIN = 0.02
"""How long an acknowledgement waits for others, in seconds: one frame, and one entry in the log of a replicated queue,
for all up to the last of them. Whatever is lost with this process meanwhile is delivered again, as ever."""

ACKNOWLEDGE_AT = 16
"""So many do not wait any longer."""


class BufferedReceiver(FrameReceiver):
    """Takes frames out of what has been read, and reads as much as there is when that is not enough."""

    def __init__(self, reader: Any) -> None:
        super().__init__(reader)
        self._data = b""
        self._at = 0

    async def get_frame(self) -> Any:
        """Return the next frame with its size and channel. Raises what the library's own does."""
        while (end := self._end()) is None:
            await self._read()
        start, self._at = self._at, end
        try:
            return pamqp.frame.unmarshal(self._data[start:end])
        except PAMQPException as error:
            raise InvalidFrameError(str(error)) from error

    def _end(self) -> int | None:
        """Return where the next frame ends; None while it is not there as a whole."""
        there = len(self._data) - self._at
        if there < _HEAD.size:
            return None
        if not self.started and self._data.startswith(b"AMQP", self._at):
            raise ProtocolSyntaxError("Unexpected AMQP protocol header")
        self.started = True
        size = _HEAD.size + int(_HEAD.unpack_from(self._data, self._at)[2]) + 1
        return self._at + size if there >= size else None

    async def _read(self) -> None:
        if self.reader.at_eof():
            raise StopAsyncIteration
        try:
            read = await self.reader.read(_READ_BYTES)
        except OSError as error:
            raise AMQPConnectionError(f"Server communication error: {error!r}") from error
        if not read:
            raise AMQPConnectionError("Server connection unexpectedly closed")
        self._data, self._at = self._data[self._at :] + read, 0


class JoinedFrames(FrameGenerator):
    """Gives all that waits to be written as one, in its order."""

    async def __anext__(self) -> ChannelFrame:
        """Return the next frames; one that somebody waits for, or that ends the connection, is the last of them."""
        first = await super().__anext__()
        if self.queue.empty() or first.should_close or first.should_drain:
            return first
        payloads, size, last = [first.payload], len(first.payload), first
        while size < _MOST_BYTES and not self.queue.empty() and not (last.should_close or last.should_drain):
            last = self.queue.get_nowait()
            self.queue.task_done()
            payloads.append(last.payload)
            size += len(last.payload)
        return ChannelFrame(b"".join(payloads), should_close=last.should_close, drain_future=last.drain_future)


class UnexpectedFrame(ValueError):
    """The broker has sent something else than what must follow; the channel is closed."""


class DirectChannel(Channel):
    """Publishes and acknowledges without waiting, and hands deliveries over without a task."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        # What may wait to be read is bounded by the prefetch. At ten frames, as it is otherwise, reader and channel
        # would take turns for every third message.
        super().__init__(*arguments, **{**options, "frame_buffer": None})
        self.takers: dict[str, Callable[[DeliveredMessage], None]] = {}
        """What takes deliveries, by the consumer's tag; called where they are read, it must neither wait nor raise."""
        self.returned: Callable[[DeliveredMessage], None] | None = None
        """What takes messages that no queue is bound for, on a channel without confirms; called as takers are."""
        self.without_acknowledgement: set[str] = set()
        """Tags of the consumers whose deliveries are not acknowledged."""
        # What was delivered and is not acknowledged, in its order; and what of it is to be.
        self._unacknowledged: dict[int, None] = {}
        self._settled: set[int] = set()
        self._acknowledging: asyncio.TimerHandle | None = None
        self._closed_by_broker = False
        self._awaited: set[asyncio.Future[Any]] = set()
        self.closing.add_done_callback(self._give_up)

    def send(self, body: bytes, properties: spec.Basic.Properties, method: bytes) -> "asyncio.Future[Any] | None":
        """Publish; return what the broker's confirm ends, on a channel with confirms.

        ``method`` is one of :func:`publish_method`; the ``message_id`` of the properties is of this publish alone.
        """
        self._require_open()
        number = self.number
        header = pamqp.frame.marshal(ContentHeader(body_size=len(body), properties=properties), number)
        payload = b"".join((_HEAD.pack(1, number, len(method)), method, b"\xce", header, *self._bodies(body)))
        confirmed: asyncio.Future[Any] | None = None
        if self.publisher_confirms:
            # In the order of the writing: nothing comes between the two.
            self.delivery_tag += 1
            confirmed = self.loop.create_future()
            self.confirmations[self.delivery_tag] = confirmed
            self.message_id_delivery_tag[str(properties.message_id)] = self.delivery_tag
            self._awaited.add(confirmed)
        self.write_queue.put_nowait(ChannelFrame(payload, should_close=False))
        return confirmed

    def forget(self, confirmed: "asyncio.Future[Any]", message_id: str) -> None:
        """Forget a publish whose confirm has come, or is not waited for any more."""
        self._awaited.discard(confirmed)
        self.message_id_delivery_tag.pop(message_id, None)

    def acknowledge(self, delivery_tag: int) -> None:
        """Settle a delivery, within a moment."""
        self._require_open()
        if delivery_tag not in self._unacknowledged:
            # It was fetched, and not consumed.
            self._write_acknowledgements([(delivery_tag, False)])
            return
        self._settled.add(delivery_tag)
        if len(self._settled) >= ACKNOWLEDGE_AT:
            self.acknowledge_now()
        elif self._acknowledging is None:
            self._acknowledging = self.loop.call_later(ACKNOWLEDGE_WITHIN, self.acknowledge_now)

    def acknowledge_now(self) -> None:
        """Let nothing wait any longer that is to be acknowledged."""
        if self._acknowledging is not None:
            self._acknowledging.cancel()
            self._acknowledging = None
        if not self._settled or self.is_closed or self._closed_by_broker:
            return
        # All that come before the first one that is still worked on: by the last of them.
        together = list(itertools.takewhile(self._settled.__contains__, self._unacknowledged))
        alone = sorted(self._settled.difference(together))
        acknowledgements = [(together[-1], len(together) > 1)] if together else []
        self._write_acknowledgements([*acknowledgements, *((delivery_tag, False) for delivery_tag in alone)])
        for delivery_tag in self._settled:
            del self._unacknowledged[delivery_tag]
        self._settled.clear()

    def _write_acknowledgements(self, these: list[tuple[int, bool]]) -> None:
        frames = (_ACK.pack(1, self.number, 13, 60, 80, tag, int(multiple), 0xCE) for tag, multiple in these)
        self.write_queue.put_nowait(ChannelFrame(b"".join(frames), False))

    async def basic_nack(self, delivery_tag: int, *arguments: Any, **options: Any) -> None:
        """As the library's own; what came before it is acknowledged before it."""
        self.acknowledge_now()
        self._unacknowledged.pop(delivery_tag, None)
        await super().basic_nack(delivery_tag, *arguments, **options)

    def _require_open(self) -> None:
        if self.is_closed or self._closed_by_broker:
            raise ChannelInvalidStateError(f"{self!r} closed")

    def _bodies(self, body: bytes) -> Iterator[bytes]:
        for start in range(0, len(body), self.max_content_size):
            part = body[start : start + self.max_content_size]
            yield _HEAD.pack(3, self.number, len(part)) + part + b"\xce"

    def _give_up(self, closing: "asyncio.Future[Any]") -> None:
        reason = None if closing.cancelled() else closing.exception()
        for confirmed in self._awaited:
            if not confirmed.done():
                confirmed.set_exception(reason or ChannelInvalidStateError(f"{self!r} closed"))
                confirmed.exception()  # whoever waited for it may have gone
        self._awaited.clear()

    async def _on_deliver_frame(self, frame: spec.Basic.Deliver) -> None:
        tag = frame.consumer_tag or ""
        if tag not in self.without_acknowledgement:
            # Whoever takes it: what is acknowledged together with others must be known as a whole.
            self._unacknowledged[frame.delivery_tag or 0] = None
        take = self.takers.get(tag)
        if take is None:
            await super()._on_deliver_frame(frame)
            return
        take(await self._content_of(frame))

    async def _on_close_frame(self, frame: spec.Channel.Close) -> None:
        # What is sent after its end is an error that the broker closes the whole connection for.
        self._closed_by_broker = True
        await super()._on_close_frame(frame)

    async def _on_return_frame(self, frame: spec.Basic.Return) -> None:
        if self.returned is None:
            await super()._on_return_frame(frame)
        else:
            self.returned(await self._content_of(frame))

    async def _content_of(self, frame: spec.Basic.Deliver | spec.Basic.Return) -> DeliveredMessage:
        header = await self._get_frame()
        if not isinstance(header, ContentHeader):
            raise UnexpectedFrame(f"{header!r} in place of a header")
        return await self._read_content(frame, header)


@lru_cache(maxsize=1024)  # answers go to many queues
def publish_method(exchange: str, routing_key: str, *, mandatory: bool) -> bytes:
    """Return the method of a publish as it is on the wire: the same each time, and few."""
    return pamqp.frame.marshal(spec.Basic.Publish(exchange=exchange, routing_key=routing_key, mandatory=mandatory), 0)[
        _HEAD.size : -1
    ]


class Passage(asyncio.Event):
    """Set while the broker reads what this connection sends; that it has stopped can be waited for, too."""

    def __init__(self) -> None:
        super().__init__()
        self.blocked = asyncio.Event()

    def set(self) -> None:
        """The broker reads again."""
        super().set()
        self.blocked.clear()

    def clear(self) -> None:
        """The broker has stopped."""
        super().clear()
        self.blocked.set()


class TellingConnection(aiormq.connection.Connection):
    """Tells when the broker blocks it, so that nobody has to look."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.passage = self._Connection__connection_unblocked = Passage()


def install() -> None:
    """Have the library make its connections and channels of these; what was opened before stays as it is."""
    aiormq.connection.FrameReceiver = BufferedReceiver  # type: ignore[misc]
    aiormq.connection.FrameGenerator = JoinedFrames  # type: ignore[misc]
    aiormq.connection.Channel = DirectChannel  # type: ignore[attr-defined]
    # No limit: what is published without waiting is bounded by whoever publishes.
    aiormq.connection.Connection.FRAME_BUFFER_SIZE = 0
    aiormq.connection.Connection = TellingConnection  # type: ignore[misc]
