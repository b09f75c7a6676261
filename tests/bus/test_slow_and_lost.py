"""What takes too long times out, and what gets lost on its way is retried, once in effect."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from uuid import uuid4

import pytest
from pydantic import SecretStr

from shared.messaging import Access, RetryLater, UnitOfWork, envelope
from shared.messaging.errors import Unroutable
from shared.messaging.link import Link
from shared.messaging.publisher import Publisher
from shared.messaging.underlay import Properties
from shared.metrics import REGISTRY
from shared.problems import Problem, TimedOut, Unavailable
from shared.testing import wait_until
from shared.testing.broker import BrokerView
from shared.testing.fixtures import BusFactory
from shared.testing.proxy import Mode, TcpProxy
from tests.bus.messages import ASKER, SOURCE, Answered, Ask, Noted, owner_with, sink_with

Database = Callable[..., Awaitable[str]]


@pytest.fixture(autouse=True)
def services(used_services: set[str]) -> None:
    used_services.update({"owner", "asker", "source", "sink"})


async def emit(bus_for: BusFactory, url: str, *numbers: int) -> None:
    source = await bus_for(SOURCE, database_url=url)
    async with source.work() as work:
        for number in numbers:
            await work.emit(Noted(number=number))


async def test_a_request_whose_answer_gets_lost_times_out_and_is_answered_when_it_is_repeated(
    bus_for: BusFactory, proxy: TcpProxy, through: SecretStr
) -> None:
    handled: list[int] = []

    async def lose_the_first_answer(_: Ask, __: UnitOfWork) -> Answered:
        handled.append(len(handled))
        if len(handled) == 1:
            proxy.mode = Mode.UPSTREAM_BLACKHOLE
        return Answered(text="done")

    await bus_for(owner_with(lose_the_first_answer), amqp_url=through)
    asker = await bus_for(ASKER)
    with pytest.raises(TimedOut):
        await asker.request(Ask(), timeout=0.5)
    proxy.reset()
    proxy.heal()

    async def answered() -> bool:
        try:
            return (await asker.request(Ask(), timeout=1)).text == "done"
        except (Unavailable, TimedOut):
            return False

    await wait_until(answered, every=0.05)


async def test_an_event_whose_handler_takes_too_long_waits_on_the_ladder_and_holds_up_nobody(
    bus_for: BusFactory, database: Database, broker: BrokerView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.consumer.HANDLER_SECONDS", 0.3)
    done: list[int] = []

    async def slow(event: Noted, _: UnitOfWork) -> None:
        if event.number == 1:
            await asyncio.Event().wait()
        done.append(event.number)

    await bus_for(sink_with(slow), database_url=await database(), prefetch=1, concurrency=1)
    await emit(bus_for, await database(), 1, 2)
    waiting = await wait_until(partial(broker.take, broker.names.retry_queue("sink", 1)))

    assert waiting is not None
    assert waiting.headers[envelope.REASON] == "timed-out"
    await wait_until(lambda: done == [2])


async def test_a_request_whose_handler_takes_too_long_is_answered_with_that(
    bus_for: BusFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.responder.HANDLER_SECONDS", 0.3)
    ended = asyncio.Event()

    async def slow(_: Ask, __: UnitOfWork) -> Answered:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return Answered(text="")

    await bus_for(owner_with(slow))
    asker = await bus_for(ASKER)
    with pytest.raises(TimedOut):
        await asker.request(Ask(), timeout=3600)
    assert ended.is_set()


async def test_an_event_that_is_on_the_ladder_and_delivered_again_as_well_takes_effect_once(
    bus_for: BusFactory, database: Database, proxy: TcpProxy, through: SecretStr, monkeypatch: pytest.MonkeyPatch
) -> None:
    acknowledge = __import__("shared.messaging.consumer", fromlist=["acknowledge"]).acknowledge
    lost: list[bool] = []

    async def lose_the_first(delivered: object) -> bool:
        if not lost:
            # The copy on the ladder is confirmed; the acknowledgement of the original finds its channel gone.
            lost.append(True)
            proxy.reset()
        return bool(await acknowledge(delivered))

    monkeypatch.setattr("shared.messaging.consumer.acknowledge", lose_the_first)
    tries: list[int] = []

    async def note(event: Noted, _: UnitOfWork) -> None:
        tries.append(event.number)
        if len(tries) == 1:
            raise RetryLater("not yet")

    def duplicates() -> float:
        labels = {"service": "sink", "message": Noted.routing_key()}
        return REGISTRY.get_sample_value("thungan_bus_inbox_duplicates_total", labels) or 0

    before = duplicates()
    await bus_for(sink_with(note), database_url=await database(), amqp_url=through)
    await emit(bus_for, await database(), 1)
    await wait_until(lambda: duplicates() == before + 1)

    assert tries == [1, 1]


async def test_of_one_message_under_way_twice_the_unroutable_one_is_distinguished(
    bus_for: BusFactory, database: Database, amqp_url: str, broker: BrokerView
) -> None:
    """The library matches what the broker returns by AMQP's id: so each attempt has one of its own."""
    await bus_for(sink_with(_ignore), database_url=await database())
    link = Link(SecretStr(amqp_url), "two attempts")
    publisher = Publisher(link, "two attempts", "source")
    running = asyncio.create_task(link.run())
    try:
        await publisher.port.wait_ready()
        logical_id = str(uuid4())

        async def attempt(queue: str) -> None:
            properties = Properties(
                message_id=envelope.attempt_id(),
                message_type=Noted.routing_key(),
                headers={envelope.MESSAGE_ID: logical_id},
            )
            await publisher.publish(b'{"number": 1}', properties, exchange="", routing_key=queue, kind="test")

        there, nowhere = broker.names.event_queue("sink"), broker.names.event_queue("nobody")
        outcomes = await asyncio.gather(*(attempt(queue) for queue in [there, nowhere] * 20), return_exceptions=True)
    finally:
        running.cancel()
        await asyncio.wait([running])
    assert [type(outcome) for outcome in outcomes] == [type(None), Unroutable] * 20


async def _ignore(_: Noted, __: UnitOfWork) -> None:
    pass


async def test_a_declaration_that_is_not_answered_times_out_and_is_retried_when_the_network_is_back(
    bus_for: BusFactory,
    database: Database,
    broker: BrokerView,
    proxy: TcpProxy,
    through: SecretStr,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shared.messaging.link._PROBE_EVERY", 0.2)
    monkeypatch.setattr("shared.messaging.link.SILENT_SECONDS", 1.0)
    monkeypatch.setattr("shared.messaging.bus._START_SECONDS", 0.5)
    for module in ("connection", "link", "declarations", "subscription", "publisher", "requester"):
        monkeypatch.setattr(f"shared.messaging.{module}.CALL_SECONDS", 0.3)
    # The handshake of each connection is about 1 kB; then the declarations begin.
    swallowing = asyncio.create_task(_swallow_after(proxy, 1_500))
    sink = await bus_for(sink_with(_ignore), database_url=await database(), amqp_url=through)
    await swallowing
    assert await sink.checks()["consumers"]() is not None
    proxy.reset()
    proxy.heal()

    await wait_until(lambda: broker.consumers(broker.names.event_queue("sink")), 20)


async def _swallow_after(proxy: TcpProxy, size: int) -> None:
    await wait_until(lambda: proxy.passed_upstream > size, every=0.0)
    proxy.mode = Mode.DOWNSTREAM_BLACKHOLE


async def test_after_a_broken_connection_requests_work_again(
    bus_for: BusFactory, proxy: TcpProxy, through: SecretStr
) -> None:
    async def answer(_: Ask, __: UnitOfWork) -> Answered:
        return Answered(text="yes")

    await bus_for(owner_with(answer), amqp_url=through)
    asker = await bus_for(ASKER, amqp_url=through)
    assert (await asker.request(Ask(), timeout=5)).text == "yes"
    proxy.reset()

    async def answered() -> bool:
        try:
            return (await asker.request(Ask(), timeout=1)).text == "yes"
        except (Unavailable, TimedOut):
            return False

    await wait_until(lambda: not asker._pub.is_connected, every=0.001)
    await wait_until(answered)


_REFUSED_AT_COMMIT = """
CREATE TABLE pair (left_half integer PRIMARY KEY, right_half integer REFERENCES pair DEFERRABLE INITIALLY DEFERRED);
INSERT INTO pair VALUES (1, 2);
"""


async def test_a_request_whose_commit_fails_is_not_answered_with_yes(bus_for: BusFactory, database: Database) -> None:
    async def refused(_: Ask, work: UnitOfWork) -> Answered:
        await work.connection.execute(_REFUSED_AT_COMMIT)
        return Answered(text="done")

    await bus_for(owner_with(refused, Access.TRANSACTION), database_url=await database())
    asker = await bus_for(ASKER)
    with pytest.raises(Problem) as caught:
        await asker.request(Ask(), timeout=10)
    assert caught.value.slug == "internal-error"


async def test_an_event_whose_commit_fails_is_not_acknowledged(
    bus_for: BusFactory, database: Database, broker: BrokerView
) -> None:
    async def refused(_: Noted, work: UnitOfWork) -> None:
        await work.connection.execute(_REFUSED_AT_COMMIT)

    await bus_for(sink_with(refused), database_url=await database())
    await emit(bus_for, await database(), 1)

    waiting = await wait_until(partial(broker.take, broker.names.retry_queue("sink", 1)))
    assert waiting is not None
    assert waiting.body == b'{"number":1}'


async def test_what_waits_for_a_database_when_its_copy_stops_is_given_back_for_another_one(
    bus_for: BusFactory, database: Database, postgres_url: str
) -> None:
    url = await database()
    taken: list[int] = []

    async def take(event: Noted, _: UnitOfWork) -> None:
        taken.append(event.number)

    async with TcpProxy.in_front_of(postgres_url) as to_database:
        stopping = await bus_for(sink_with(take), database_url=to_database.url(url))
        assert await stopping.checks()["consumers"]() is None
        to_database.down()
        await emit(bus_for, await database(), 1, 2)
        await wait_until(lambda: stopping._consumer is not None and not stopping._consumer._lanes.is_idle)
        await stopping.drain()
        await stopping.close()
    assert taken == []
    await bus_for(sink_with(take), database_url=url)

    await wait_until(lambda: sorted(taken) == [1, 2])
