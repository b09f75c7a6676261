"""Events that a consumer has nothing to do for are noted together, and none is acknowledged before."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from shared.db import Connection
from shared.messaging import Access, EventHandler, Lock, Topology, UnitOfWork
from shared.messaging import nothing_to_do as idle
from shared.messaging.frames import DirectChannel
from shared.messaging.units_of_work import UnitsOfWork
from shared.metrics import REGISTRY
from shared.testing import wait_until
from shared.testing.broker import BrokerView
from shared.testing.fixtures import BusFactory
from tests.bus.messages import SOURCE, Noted

Database = Callable[..., Awaitable[str]]

HANDLED: list[int] = []


async def look(event: Noted, _: UnitOfWork) -> None:
    """Have nothing to do."""
    HANDLED.append(event.number)


SINK = Topology(service="sink", handlers=[EventHandler(Noted, look, access=Access.IF_NEEDED)])


@pytest.fixture(autouse=True)
def services(used_services: set[str]) -> None:
    used_services.update({"source", "sink"})
    HANDLED.clear()


@pytest.fixture
async def sink(database: Database) -> AsyncIterator[tuple[str, Connection]]:
    url = await database()
    connection = await asyncpg.connect(url)
    yield url, connection
    await connection.close()


@pytest.fixture
def claims(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many entries each statement was asked to make."""
    sizes: list[int] = []
    claim = UnitsOfWork.claim

    async def counted(self: UnitsOfWork, consumer: str, message_ids: list[UUID], **how: Any) -> set[UUID]:
        sizes.append(len(message_ids))
        return await claim(self, consumer, message_ids, **how)

    monkeypatch.setattr(UnitsOfWork, "claim", counted)
    return sizes


async def _entries(connection: Connection) -> int:
    return int(await connection.fetchval("SELECT count(*) FROM inbox"))


async def _emit(bus_for: BusFactory, url: str, count: int) -> None:
    source = await bus_for(SOURCE, database_url=url)
    async with source.work() as work:
        for number in range(count):
            # Each its own aggregate: none waits for another.
            await work.emit(Noted(number=number), aggregate=f"thing {number}")


def _duplicates() -> float:
    found = REGISTRY.get_sample_value(
        "thungan_bus_inbox_duplicates_total", {"service": "sink", "message": "test.noted.v1"}
    )
    return found or 0.0


async def test_each_has_its_entry_and_a_few_statements_make_them_all(
    bus_for: BusFactory, database: Database, broker: BrokerView, sink: tuple[str, Connection], claims: list[int]
) -> None:
    url, connection = sink
    await bus_for(SINK, database_url=url)
    await _emit(bus_for, await database(), 40)

    async def all_noted() -> bool:
        return await _entries(connection) == 40

    await wait_until(all_noted, 30)
    assert sorted(HANDLED) == list(range(40))
    assert len(claims) < 20

    async def queue_is_empty() -> bool:
        return await broker.count(broker.names.event_queue("sink")) == 0

    await wait_until(queue_is_empty, 30)


async def test_none_is_acknowledged_before_its_entry_is_there(
    bus_for: BusFactory,
    database: Database,
    broker: BrokerView,
    sink: tuple[str, Connection],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, connection = sink
    # As long as this process lives, the first of them waits for others.
    monkeypatch.setattr(idle, "_WAIT_SECONDS", 3600)
    first = await bus_for(SINK, database_url=url)
    await _emit(bus_for, await database(), 3)
    await wait_until(lambda: len(HANDLED) == 3, 30)
    assert await _entries(connection) == 0
    # It dies: the broker gives them to the next one.
    await first._consumer.cancel()  # type: ignore[union-attr]
    await first.close()
    monkeypatch.setattr(idle, "_WAIT_SECONDS", 0.01)
    await bus_for(SINK, database_url=url)

    async def all_noted() -> bool:
        return await _entries(connection) == 3

    await wait_until(all_noted, 30)
    assert len(HANDLED) == 6
    assert await broker.count(broker.names.dead_queue("sink")) == 0


async def test_a_copy_that_stops_makes_the_entries_first(
    bus_for: BusFactory, database: Database, sink: tuple[str, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, connection = sink
    monkeypatch.setattr(idle, "_WAIT_SECONDS", 3600)
    bus = await bus_for(SINK, database_url=url)
    await _emit(bus_for, await database(), 3)
    await wait_until(lambda: len(HANDLED) == 3, 30)
    await bus.drain()
    assert await _entries(connection) == 3


async def test_a_database_that_is_away_for_a_moment_loses_none(
    bus_for: BusFactory, database: Database, sink: tuple[str, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, connection = sink
    claim, failures = UnitsOfWork.claim, [OSError("away"), TimeoutError()]

    async def failing(self: UnitsOfWork, consumer: str, message_ids: list[UUID], **how: Any) -> set[UUID]:
        if failures:
            raise failures.pop()
        return await claim(self, consumer, message_ids, **how)

    monkeypatch.setattr(UnitsOfWork, "claim", failing)
    await bus_for(SINK, database_url=url)
    await _emit(bus_for, await database(), 5)

    async def all_noted() -> bool:
        return await _entries(connection) == 5

    await wait_until(all_noted, 30)
    assert failures == []
    assert sorted(HANDLED) == list(range(5))


async def test_one_that_comes_twice_is_counted_as_a_duplicate(
    bus_for: BusFactory, database: Database, sink: tuple[str, Connection]
) -> None:
    url, connection = sink
    await bus_for(SINK, database_url=url)
    source_url = await database()
    await _emit(bus_for, source_url, 1)

    async def noted() -> bool:
        return await _entries(connection) == 1

    await wait_until(noted, 30)
    before = _duplicates()
    source = await asyncpg.connect(source_url)

    async def marked() -> bool:
        return await source.fetchval("SELECT published_at FROM outbox") is not None

    try:
        await wait_until(marked, 30)
        # As after a crash before the mark.
        await source.execute("UPDATE outbox SET published_at = NULL, not_before = NULL")
        await wait_until(lambda: _duplicates() > before, 30)
    finally:
        await source.close()
    assert await _entries(connection) == 1


async def test_one_that_is_taken_together_with_one_whose_lock_is_not_known_is_acknowledged_once_its_entry_is_there(
    bus_for: BusFactory,
    database: Database,
    broker: BrokerView,
    sink: tuple[str, Connection],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, connection = sink
    gate, begun = asyncio.Event(), list[int]()

    async def look_in_turn(event: Noted, work: UnitOfWork) -> None:
        begun.append(event.number)
        if event.number == 0:
            await gate.wait()
        await look(event, work)

    def lock(event: Noted) -> Lock:
        return Lock.UNKNOWN if event.number == 1 else Lock.AGGREGATE

    handler = EventHandler(Noted, look_in_turn, lock=lock, access=Access.IF_NEEDED)
    acknowledged: list[int] = []
    acknowledge = DirectChannel.acknowledge

    def noted(self: DirectChannel, delivery_tag: int) -> None:
        acknowledged.append(delivery_tag)
        acknowledge(self, delivery_tag)

    monkeypatch.setattr(DirectChannel, "acknowledge", noted)
    # While the only worker is busy with the first one, the others gather.
    bus = await bus_for(Topology(service="sink", handlers=[handler]), database_url=url, concurrency=1)
    await _emit(bus_for, await database(), 3)

    async def taken() -> bool:
        return await broker.count(broker.names.event_queue("sink")) == 0

    await wait_until(lambda: begun == [0], 30)
    await wait_until(taken, 30)
    gate.set()

    async def settled() -> bool:
        return await _entries(connection) == 3

    await wait_until(settled, 30)
    await wait_until(lambda: len(acknowledged) == 3, 30)
    # One too many would cost the channel, and all that is under way there would be delivered again.
    await bus.drain()
    assert sorted(acknowledged) == sorted(set(acknowledged))
    assert sorted(HANDLED) == [0, 1, 2]
