"""What the broker itself can do to us: an alarm, a restart. On a broker of the test's own, because all would suffer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from shared.contracts.message import Event, Reply, Request
from shared.messaging import Access, Bus, EventHandler, RequestHandler, Topology, UnitOfWork
from shared.problems import Unavailable
from shared.testing import wait_until
from shared.testing.fixtures import BusFactory
from stack.rabbitmq import RabbitMQ
from stack.state import LocalFolder

Database = Callable[..., Awaitable[str]]


class Counted(Event):
    """Something was counted."""

    message_name = "test.broker_counted"
    number: int


class Answered(Reply):
    """An answer."""


class Ask(Request[Answered]):
    """Ask."""

    message_name = "test.broker_ask"


@pytest_asyncio.fixture(scope="module")
async def own_broker(tmp_path_factory: pytest.TempPathFactory, broker_programs: Path) -> AsyncIterator[RabbitMQ]:
    # A short path: RabbitMQ makes long names of it.
    folder: Path = tmp_path_factory.mktemp("mq")
    broker = RabbitMQ(LocalFolder(folder), programs=broker_programs)
    await asyncio.to_thread(broker.start)
    yield broker
    await asyncio.to_thread(broker.stop)


async def answer(_: Ask, __: UnitOfWork) -> Answered:
    return Answered()


async def emit(bus: Bus, *numbers: int) -> None:
    async with bus.work() as work:
        for number in numbers:
            await work.emit(Counted(number=number))


async def is_answered(bus: Bus) -> bool:
    try:
        await bus.request(Ask(), timeout=2)
    except Unavailable:
        return False
    return True


async def test_during_an_alarm_requests_fail_at_once_consuming_goes_on_and_no_event_is_lost(
    bus_for: BusFactory, database: Database, own_broker: RabbitMQ
) -> None:
    amqp_url = SecretStr(own_broker.url)
    seen: list[int] = []
    go_on = asyncio.Event()

    async def note(event: Counted, _: UnitOfWork) -> None:
        await go_on.wait()
        seen.append(event.number)

    sink_topology = Topology(
        service="sink",
        handlers=[RequestHandler(Ask, answer, access=Access.NO_DATABASE), EventHandler(Counted, note)],
    )
    await bus_for(
        sink_topology,
        database_url=await database(),
        amqp_url=amqp_url,
        prefetch=2,
    )
    source = await bus_for(
        Topology(service="source", emits=[Counted]), database_url=await database(), amqp_url=amqp_url
    )
    await emit(source, *range(10))
    assert await is_answered(source)

    await asyncio.to_thread(own_broker.control, "set_vm_memory_high_watermark", "absolute", "1MB")
    try:
        # The broker says so to whoever publishes.
        await emit(source, *range(10, 20))
        await wait_until(lambda: source.is_blocked)
        with pytest.raises(Unavailable):
            await source.request(Ask(), timeout=3600)
        assert await source.checks()["broker_publish"]() == "blocked by the broker"

        go_on.set()
        await wait_until(lambda: set(seen) >= set(range(10)))
    finally:
        await asyncio.to_thread(own_broker.control, "set_vm_memory_high_watermark", "absolute", "1GB")

    await wait_until(lambda: not source.is_blocked)
    await wait_until(lambda: len(seen) >= 20, timeout=20)
    assert sorted(seen) == list(range(20))
    await wait_until(lambda: is_answered(source))


async def test_a_restart_of_the_broker_loses_nothing_and_everybody_comes_back(
    bus_for: BusFactory, database: Database, own_broker: RabbitMQ
) -> None:
    amqp_url = SecretStr(own_broker.url)
    seen: list[int] = []

    stopped = asyncio.Event()

    async def note(event: Counted, _: UnitOfWork) -> None:
        if event.number >= 20:
            await stopped.wait()
        seen.append(event.number)

    sink_topology = Topology(
        service="restarted",
        handlers=[RequestHandler(Ask, answer, access=Access.NO_DATABASE), EventHandler(Counted, note)],
    )
    sink = await bus_for(
        sink_topology,
        database_url=await database(),
        amqp_url=amqp_url,
        database_pool_size=3,
    )
    source = await bus_for(
        Topology(service="source", emits=[Counted]), database_url=await database(), amqp_url=amqp_url
    )
    await emit(source, *range(100))
    await wait_until(lambda: len(seen) == 20)

    await asyncio.to_thread(own_broker.stop)
    stopped.set()
    await emit(source, *range(100, 120))
    assert not await is_answered(source)
    await asyncio.to_thread(own_broker.start)

    await wait_until(lambda: set(seen) == set(range(120)), timeout=40)
    await wait_until(lambda: is_answered(source))
    assert {await check() for check in sink.checks().values()} == {None}
