"""What is handled is acknowledged together, and nothing else with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any, cast

import pytest
from aio_pika import Message
from aio_pika.abc import AbstractConnection
from pydantic import SecretStr

from shared.messaging import frames
from shared.messaging.connection import close_quietly, open_channel, open_connection
from shared.messaging.frames import DirectChannel
from shared.messaging.underlay import Delivered, acknowledge, acknowledge_now, consume, put_back, underlay_of
from shared.testing import wait_until

COUNT = 6


class _Consumer:
    """A consumer of a queue with some messages, and what it has been given."""

    def __init__(self, underlay: DirectChannel) -> None:
        self.underlay = underlay
        self.delivered: list[Delivered] = []
        self.written: list[bytes] = []
        put = underlay.write_queue.put_nowait

        def noted(frame: Any) -> None:
            self.written.append(frame.payload)
            put(frame)

        cast("Any", underlay).write_queue = _Written(underlay.write_queue, noted)

    @property
    def bodies(self) -> list[int]:
        return [int(one.body) for one in self.delivered]


class _Written:
    """The queue of what is to be written, with a way of its own in."""

    def __init__(self, queue: Any, put: Any) -> None:
        self._queue = queue
        self.put_nowait = put

    def __getattr__(self, name: str) -> Any:
        return getattr(self._queue, name)


@pytest.fixture
async def consumer(amqp_url: str, broker_connection: AbstractConnection) -> AsyncIterator[_Consumer]:
    async with AsyncExitStack() as stack:
        own = await broker_connection.channel()
        stack.push_async_callback(own.close)
        queue = await own.declare_queue(durable=False)
        stack.push_async_callback(queue.delete)
        connection = await open_connection(SecretStr(amqp_url), name="test acknowledgements")
        stack.push_async_callback(close_quietly, connection)
        channel = await open_channel(connection, purpose="test")
        found = _Consumer(cast("DirectChannel", await underlay_of(channel)))
        for number in range(COUNT):
            await own.default_exchange.publish(Message(str(number).encode()), queue.name)
        await consume(channel, queue.name, found.delivered.append)
        await wait_until(lambda: len(found.delivered) == COUNT)
        found.written.clear()
        yield found
        # What was not acknowledged comes again, and nothing else.
        left: list[Delivered] = []
        await close_quietly(channel)
        other = await open_channel(connection, purpose="test")
        await consume(other, queue.name, left.append, no_ack=True)
        expected = cast("Any", found).expected
        await wait_until(lambda: len(left) >= len(expected))
        await asyncio.sleep(0)
        assert sorted(int(one.body) for one in left) == sorted(expected)


async def test_what_is_handled_in_its_order_is_acknowledged_by_the_last(consumer: _Consumer) -> None:
    for delivered in consumer.delivered[:4]:
        assert await acknowledge(delivered)
    assert consumer.written == []
    await wait_until(lambda: len(consumer.written) == 1)

    assert len(consumer.written[0]) == frames._ACK.size
    cast("Any", consumer).expected = [4, 5]


async def test_what_is_still_worked_on_is_not_acknowledged_with_what_came_after_it(consumer: _Consumer) -> None:
    for place in (0, 1, 3, 5):
        assert await acknowledge(consumer.delivered[place])
    acknowledge_now(consumer.underlay)

    # The first two by one frame, the others by one each.
    assert [len(written) for written in consumer.written] == [3 * frames._ACK.size]
    assert await acknowledge(consumer.delivered[2])
    acknowledge_now(consumer.underlay)
    cast("Any", consumer).expected = [4]


async def test_what_is_put_back_is_not_acknowledged_with_the_others(consumer: _Consumer) -> None:
    assert await acknowledge(consumer.delivered[0])
    assert await put_back(consumer.delivered[1])
    assert await acknowledge(consumer.delivered[2])
    acknowledge_now(consumer.underlay)
    await wait_until(lambda: len(consumer.delivered) == COUNT + 1)
    assert consumer.bodies[-1] == 1

    cast("Any", consumer).expected = [1, 3, 4, 5]


async def test_many_do_not_wait(consumer: _Consumer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "ACKNOWLEDGE_AT", 3)
    for delivered in consumer.delivered[:3]:
        assert await acknowledge(delivered)

    assert len(consumer.written) == 1
    cast("Any", consumer).expected = [3, 4, 5]
