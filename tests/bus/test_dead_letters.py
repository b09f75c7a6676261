"""Dead letters on a real broker: looked at as often as one likes, sent again, dropped."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from aio_pika import Message
from aio_pika.exceptions import ChannelPreconditionFailed
from pydantic import SecretStr

from shared.contracts.message import Event
from shared.messaging import EventHandler, PermanentError, Topology, UnitOfWork
from shared.messaging.dead_letters import open_dead_letters
from shared.messaging.errors import Unroutable
from shared.messaging.underlay import Properties
from shared.testing import wait_until
from shared.testing.broker import BrokerView
from shared.testing.fixtures import BusFactory

Database = Callable[..., Awaitable[str]]


class Posted(Event):
    """Something was posted."""

    message_name = "test.posted"
    number: int


SOURCE = Topology(service="source", emits=[Posted])


def sink_with(handler: Callable[[Posted, UnitOfWork], Awaitable[None]]) -> Topology:
    return Topology(service="sink", handlers=[EventHandler(Posted, handler)])


class Clerk:
    """A handler that fails until somebody puts right what is wrong."""

    def __init__(self) -> None:
        self.broken = True
        self.seen: list[tuple[int, int]] = []

    async def __call__(self, event: Posted, work: UnitOfWork) -> None:
        if self.broken:
            raise PermanentError("broken")
        self.seen.append((event.number, work.context.attempt))


@pytest.fixture
def clerk() -> Clerk:
    return Clerk()


@pytest.fixture
async def three_dead(bus_for: BusFactory, database: Database, broker: BrokerView, clerk: Clerk) -> str:
    """Name of the dead queue, in which three events of one service lie."""
    await bus_for(sink_with(clerk), database_url=await database())
    source = await bus_for(SOURCE, database_url=await database())
    async with source.work() as work:
        for number in range(3):
            # Of one thing: they die in the order in which they were posted.
            await work.emit(Posted(number=number), aggregate="x")
    dead = broker.names.dead_queue("sink")
    await wait_until(lambda: has(broker, dead, 3))
    return dead


async def has(broker: BrokerView, queue: str, count: int) -> bool:
    return await broker.count(queue) == count


async def test_a_dead_letter_shows_what_it_is_when_it_died_and_why(
    three_dead: str, amqp_url: str, namespace: str
) -> None:
    async with open_dead_letters(SecretStr(amqp_url), namespace) as session:
        assert await session.count("sink") == 3
        first, *_ = await session.take("sink")

    assert (first.kind, first.reason, first.error, first.attempt) == (
        "test.posted.v1",
        "permanent",
        "PermanentError",
        1,
    )
    assert first.content == {"number": 0}
    assert first.id == first.headers["x-message-id"]
    assert first.dead_at is not None
    assert abs(datetime.now(UTC) - first.dead_at) < timedelta(minutes=1)


async def test_looking_thirty_times_takes_nothing_away_and_changes_no_order(
    three_dead: str, broker: BrokerView, amqp_url: str, namespace: str
) -> None:
    for _ in range(30):
        async with open_dead_letters(SecretStr(amqp_url), namespace) as session:
            assert [letter.content["number"] for letter in await session.take("sink")] == [0, 1, 2]
        # The broker requeues them a moment after the request.
        await wait_until(lambda: has(broker, three_dead, 3))


async def test_what_is_sent_again_is_handled_as_if_for_the_first_time(
    three_dead: str, broker: BrokerView, amqp_url: str, namespace: str, clerk: Clerk
) -> None:
    clerk.broken = False
    async with open_dead_letters(SecretStr(amqp_url), namespace) as session:
        for letter in await session.take("sink"):
            await session.redrive(letter)

    await wait_until(lambda: sorted(clerk.seen) == [(0, 1), (1, 1), (2, 1)])
    await wait_until(lambda: has(broker, three_dead, 0))


async def test_what_is_sent_again_and_fails_again_is_dead_again_and_says_how_often(
    three_dead: str, broker: BrokerView, amqp_url: str, namespace: str
) -> None:
    async with open_dead_letters(SecretStr(amqp_url), namespace) as session:
        first, *_ = await session.take("sink")
        before = first.headers
        await session.redrive(first)
    await wait_until(lambda: has(broker, three_dead, 3))

    async with open_dead_letters(SecretStr(amqp_url), namespace) as session:
        again = next(letter for letter in await session.take("sink") if letter.id == first.id)
    assert (again.redriven, again.attempt) == (1, 1)
    assert (again.headers["x-aggregate"], again.headers["app_id"]) == (before["x-aggregate"], before["app_id"])
    assert "x-death" not in again.headers


async def test_an_event_that_was_sent_again_twice_takes_effect_once(
    three_dead: str, broker: BrokerView, amqp_url: str, namespace: str, clerk: Clerk
) -> None:
    """As if the process had died between sending it and taking it off the dead queue."""
    clerk.broken = False
    async with open_dead_letters(SecretStr(amqp_url), namespace) as session:
        first, *_ = await session.take("sink")
        copy = Message(
            first.delivered.body,
            type=first.kind,
            app_id="source",
            headers={"x-message-id": first.id},
            content_type="application/json",
        )
        await broker.put(copy, queue=broker.names.event_queue("sink"))
        await wait_until(lambda: len(clerk.seen) == 1)
        await session.redrive(first)
    await wait_until(lambda: has(broker, three_dead, 2))

    async with open_dead_letters(SecretStr(amqp_url), namespace) as session:
        for letter in await session.take("sink"):
            await session.redrive(letter)
    # The last of the same thing, so the second copy of the first has been dealt with.
    await wait_until(lambda: clerk.seen[-1][0] == 2)
    assert [number for number, _ in clerk.seen] == [0, 1, 2]


async def test_what_is_dropped_is_gone_and_the_rest_stays(
    three_dead: str, broker: BrokerView, amqp_url: str, namespace: str
) -> None:
    async with open_dead_letters(SecretStr(amqp_url), namespace) as session:
        await session.drop((await session.take("sink"))[1])

    async with open_dead_letters(SecretStr(amqp_url), namespace) as session:
        await wait_until(lambda: has(broker, three_dead, 2))
        assert [letter.content["number"] for letter in await session.take("sink")] == [0, 2]


async def test_a_letter_whose_queue_is_gone_stays_dead(
    three_dead: str, broker: BrokerView, amqp_url: str, namespace: str
) -> None:
    # Under a service that never had a queue of its own.
    orphanage = broker.names.dead_queue("orphan")
    async with broker.channel() as channel:
        await channel.declare_queue(orphanage, durable=True, arguments={"x-queue-type": "quorum"})
    try:
        await broker.put(Message(b"{}", type="test.posted.v1"), queue=orphanage)
        async with open_dead_letters(SecretStr(amqp_url), namespace) as session:
            [letter] = await session.take("orphan")
            with pytest.raises(Unroutable):
                await session.redrive(letter)
        await wait_until(lambda: has(broker, orphanage, 1))
    finally:
        await broker.delete_queue(orphanage)


async def test_bytes_that_are_no_message_of_ours_can_be_looked_at(
    three_dead: str, broker: BrokerView, amqp_url: str, namespace: str
) -> None:
    await broker.put(b"\xff\x00", queue=broker.names.event_queue("sink"))
    await wait_until(lambda: has(broker, three_dead, 4))

    async with open_dead_letters(SecretStr(amqp_url), namespace) as session:
        poison = (await session.take("sink"))[-1]
    assert (poison.kind, poison.reason, poison.content) == ("unknown", "undecodable", {"base64": "/wA="})
    assert poison.id == f"sha256-{poison.body_hash[:16]}"


async def test_a_letter_whose_properties_the_library_refuses_can_be_looked_at_and_dropped(
    three_dead: str, broker: BrokerView, amqp_url: str, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RabbitMQ 4 passes on whatever delivery mode a client of another make has sent."""
    monkeypatch.setattr(Properties, "validate", lambda _: None)
    try:
        async with broker.channel() as channel:
            underlay = await channel.get_underlay_channel()
            await underlay.basic_publish(b"{}", routing_key=three_dead, properties=Properties(delivery_mode=3))
    except ChannelPreconditionFailed:
        pytest.skip("this broker refuses it")

    async with open_dead_letters(SecretStr(amqp_url), namespace) as session:
        odd = (await session.take("sink"))[-1]
        assert odd.content == {}
        await session.drop(odd)
    await wait_until(lambda: has(broker, three_dead, 3))


async def test_what_kills_its_process_again_and_again_is_dead_by_the_brokers_own_count(
    bus_for: BusFactory, database: Database, broker: BrokerView, amqp_url: str, namespace: str, clerk: Clerk
) -> None:
    sink = await bus_for(sink_with(clerk), database_url=await database())
    await sink.drain()
    await sink.close()
    await broker.put(b"{}", queue=broker.names.event_queue("sink"))

    async def take_and_die() -> bool:
        async with broker.channel() as channel:
            taken = await (await channel.get_queue(broker.names.event_queue("sink"))).get(fail=False)
            if taken is not None:
                await taken.nack(requeue=True)
        return await has(broker, broker.names.dead_queue("sink"), 1)

    await wait_until(take_and_die)

    async with open_dead_letters(SecretStr(amqp_url), namespace) as session:
        [letter] = await session.take("sink")
    assert letter.reason == "delivery-limit"
    assert letter.dead_at is not None


async def test_a_service_without_a_dead_queue_has_no_dead_letters(amqp_url: str, namespace: str) -> None:
    async with open_dead_letters(SecretStr(amqp_url), namespace) as session:
        assert await session.count("nobody") is None
        assert await session.take("nobody") == []
