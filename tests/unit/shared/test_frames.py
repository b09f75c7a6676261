"""Frames of AMQP are taken out of whatever pieces the socket gives, and written together in their order."""

import asyncio
from collections.abc import Sequence

import pamqp.frame
import pytest
from aiormq import spec
from aiormq.abc import ChannelFrame
from aiormq.exceptions import AMQPConnectionError, InvalidFrameError
from pamqp.body import ContentBody
from pamqp.header import ContentHeader

from shared.messaging.frames import BufferedReceiver, JoinedFrames, publish_method

MESSAGE: list[spec.Basic.Deliver | ContentHeader | ContentBody] = [
    spec.Basic.Deliver(consumer_tag="tag", delivery_tag=7, exchange="events", routing_key="kind"),
    ContentHeader(body_size=5, properties=spec.Basic.Properties(message_id="one", headers={"x": "y"})),
    ContentBody(b"hello"),
]
WIRE = b"".join(pamqp.frame.marshal(frame, 3) for frame in MESSAGE)


def _receiver() -> tuple[BufferedReceiver, asyncio.StreamReader]:
    reader = asyncio.StreamReader()
    return BufferedReceiver(reader), reader


@pytest.mark.parametrize("size", [1, 3, 7, 8, 50, 10_000])
async def test_frames_are_the_same_whatever_pieces_they_come_in(size: int) -> None:
    receiver, reader = _receiver()
    wire = WIRE * 3
    taken = asyncio.create_task(_take(receiver, 9))
    for start in range(0, len(wire), size):
        reader.feed_data(wire[start : start + size])
        await asyncio.sleep(0)
    names = [type(frame).__name__ for _, channel, frame in await taken if channel == 3]
    assert names == ["Deliver", "ContentHeader", "ContentBody"] * 3


async def _take(receiver: BufferedReceiver, count: int) -> Sequence[tuple[int, int, object]]:
    return [await receiver.get_frame() for _ in range(count)]


async def test_a_stream_that_ends_within_a_frame_or_while_one_is_waited_for_is_a_lost_connection() -> None:
    for there in (b"", WIRE[:9]):
        receiver, reader = _receiver()
        reader.feed_data(there)
        waiting = asyncio.create_task(receiver.get_frame())
        await asyncio.sleep(0)
        reader.feed_eof()
        with pytest.raises(AMQPConnectionError):
            await waiting


async def test_what_is_no_frame_is_refused() -> None:
    receiver, reader = _receiver()
    reader.feed_data(b"\x09\x00\x01\x00\x00\x00\x01x\x00")
    with pytest.raises(InvalidFrameError):
        await receiver.get_frame()


async def test_what_waits_is_written_as_one_up_to_what_somebody_waits_for() -> None:
    queue: asyncio.Queue[ChannelFrame] = asyncio.Queue()
    frames = JoinedFrames(queue)
    awaited = asyncio.get_running_loop().create_future()
    for payload in (b"a", b"b"):
        queue.put_nowait(ChannelFrame(payload, should_close=False))
    queue.put_nowait(ChannelFrame(b"c", should_close=False, drain_future=awaited))
    queue.put_nowait(ChannelFrame(b"d", should_close=False))
    queue.put_nowait(ChannelFrame(b"e", should_close=True))
    queue.put_nowait(ChannelFrame(b"f", should_close=False))

    first, second, third = [await anext(frames) for _ in range(3)]
    assert (first.payload, first.drain_future) == (b"abc", awaited)
    assert (second.payload, second.should_close) == (b"de", True)
    assert third.payload == b"f"


def test_the_method_of_a_publish_is_what_the_library_makes_of_it() -> None:
    frame = spec.Basic.Publish(exchange="events", routing_key="kind", mandatory=True)
    assert pamqp.frame.marshal(frame, 0)[7:-1] == publish_method("events", "kind", mandatory=True)
