"""An event that needs one statement is handled by it and its inbox entry together, without a transaction."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from uuid import uuid4

import asyncpg
import pytest

from shared.contracts.message import Event
from shared.db import Connection
from shared.messaging import Access, EventHandler, PermanentError, Topology, UnitOfWork
from shared.messaging.context import Context
from shared.messaging.inbox import claim_with
from shared.messaging.unit_of_work import Write
from shared.testing import wait_until
from shared.testing.broker import BrokerView
from shared.testing.fixtures import BusFactory
from tests.bus.messages import SOURCE, Noted

Database = Callable[..., Awaitable[str]]

KEEP = "INSERT INTO kept (number) VALUES ($1) ON CONFLICT DO NOTHING RETURNING true"
FIND = "UPDATE kept SET number = number WHERE number = $1 RETURNING true"


class Passed(Event):
    """A number was passed on."""

    message_name = "test.passed"
    number: int


@dataclass(frozen=True)
class Sink:
    """The database of the consumer."""

    url: str
    connection: Connection

    async def has_consumed(self, count: int) -> bool:
        return int(await self.connection.fetchval("SELECT count(*) FROM inbox")) == count


@pytest.fixture(autouse=True)
def services(used_services: set[str]) -> None:
    used_services.update({"source", "sink", "end"})


async def pass_on(event: Noted, work: UnitOfWork) -> None:
    """Keep even numbers, pass odd ones on, and want a number that is kept already where it is negative."""
    if event.number < 0:
        work.write(FIND, -event.number, otherwise=PermanentError("never kept"))
    elif event.number % 2:
        await work.emit(Passed(number=event.number))
    else:
        work.write(KEEP, event.number)


SINK = Topology(service="sink", handlers=[EventHandler(Noted, pass_on, access=Access.ONE_STATEMENT)], emits=[Passed])


@pytest.fixture
async def sink(database: Database) -> AsyncIterator[Sink]:
    url = await database()
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("CREATE TABLE kept (number integer PRIMARY KEY)")
        yield Sink(url, connection)
    finally:
        await connection.close()


async def test_events_of_one_statement_take_effect_once_alone_and_in_a_crowd(
    bus_for: BusFactory, database: Database, sink: Sink
) -> None:
    passed: list[int] = []

    async def note(event: Passed, _: UnitOfWork) -> None:
        passed.append(event.number)

    await bus_for(Topology(service="end", handlers=[EventHandler(Passed, note)]), database_url=await database())
    await bus_for(SINK, database_url=sink.url)
    source_url = await database()
    source = await bus_for(SOURCE, database_url=source_url)
    for numbers in ([1], [2], range(3, 40)):
        async with source.work() as work:
            for number in numbers:
                await work.emit(Noted(number=number), aggregate="one")
    await wait_until(lambda: sink.has_consumed(39), 30)
    connection = await asyncpg.connect(source_url)
    try:
        # As after a crash before the mark: each is sent a second time.
        await connection.execute("UPDATE outbox SET published_at = NULL, not_before = NULL")
        await wait_until(lambda: _none_waits(connection), 30)
    finally:
        await connection.close()
    async with source.work() as work:
        await work.emit(Noted(number=41), aggregate="one")

    await wait_until(lambda: 41 in passed, 30)
    assert sorted(passed) == list(range(1, 42, 2))
    kept = await sink.connection.fetch("SELECT number FROM kept ORDER BY number")
    assert [row["number"] for row in kept] == list(range(2, 40, 2))


async def _none_waits(connection: Connection) -> bool:
    return int(await connection.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL")) == 0


async def test_an_event_whose_statement_finds_nothing_is_not_consumed(
    bus_for: BusFactory, database: Database, broker: BrokerView, sink: Sink
) -> None:
    source = await bus_for(SOURCE, database_url=await database())
    await bus_for(SINK, database_url=sink.url)
    async with source.work() as work:
        await work.emit(Noted(number=-2))

    dead = broker.names.dead_queue("sink")
    await wait_until(lambda: _holds(broker, dead, 1), 30)
    # So that it takes effect when an operator sends it again.
    assert await sink.has_consumed(0)


async def _holds(broker: BrokerView, queue: str, count: int) -> bool:
    return await broker.count(queue) == count


async def test_a_statement_that_has_run_before_is_told_from_a_new_one(sink: Sink) -> None:
    message_id, connection = uuid4(), sink.connection
    write = Write(KEEP, (7,), None)
    assert await claim_with(connection, "sink", message_id, write)
    assert not await claim_with(connection, "sink", message_id, write)
    assert not await claim_with(connection, "sink", message_id, None)
    missing = Write(FIND, (8,), PermanentError("never kept"))
    with pytest.raises(PermanentError):
        await claim_with(connection, "sink", uuid4(), missing)
    assert await sink.has_consumed(1)


async def test_a_handler_of_one_statement_has_either_a_statement_or_events() -> None:
    work = UnitOfWork(None, Context(correlation_id="one"))
    work.write(KEEP, 1)
    with pytest.raises(RuntimeError):
        await work.emit(Noted(number=1))
    with pytest.raises(RuntimeError):
        work.write(KEEP, 2)


async def pass_on_if_needed(event: Noted, work: UnitOfWork) -> None:
    """Do as :func:`pass_on` does, but for negative numbers, which are kept in a transaction."""
    if event.number < 0:
        # Forgotten with what else was begun, when the connection is asked for.
        work.after_commit(_nothing)
        await work.connection.execute(KEEP, event.number)
        await work.emit(Passed(number=event.number))
    elif event.number:
        await pass_on(event, work)


async def _nothing() -> None:
    return None


async def test_an_event_that_needs_a_database_after_all_is_handled_in_a_transaction_once(
    bus_for: BusFactory, database: Database, sink: Sink
) -> None:
    passed: list[int] = []

    async def note(event: Passed, _: UnitOfWork) -> None:
        passed.append(event.number)

    await bus_for(Topology(service="end", handlers=[EventHandler(Passed, note)]), database_url=await database())
    topology = Topology(
        service="sink", handlers=[EventHandler(Noted, pass_on_if_needed, access=Access.IF_NEEDED)], emits=[Passed]
    )
    await bus_for(topology, database_url=sink.url)
    source = await bus_for(SOURCE, database_url=await database())
    for number in (0, -1, 1, 2, -3):
        async with source.work() as work:
            await work.emit(Noted(number=number), aggregate="one")
    await wait_until(lambda: sink.has_consumed(5), 30)
    await wait_until(lambda: len(passed) == 3, 30)
    assert sorted(passed) == [-3, -1, 1]
    kept = await sink.connection.fetch("SELECT number FROM kept ORDER BY number")
    assert [row["number"] for row in kept] == [-3, -1, 2]


async def test_what_a_statement_of_several_parts_returns_is_given_to_whoever_asked_for_it(sink: Sink) -> None:
    statement = """
    WITH added AS (INSERT INTO kept (number) VALUES ($1) ON CONFLICT DO NOTHING RETURNING number),
        written AS (SELECT number, number * 2 AS twice FROM added)
    SELECT * FROM written
    """
    given: list[int] = []
    message_id = uuid4()
    write = Write(statement, (21,), None, lambda row: given.append(row[1]))
    assert await claim_with(sink.connection, "sink", message_id, write)
    assert not await claim_with(sink.connection, "sink", message_id, write)
    assert given == [42]


async def test_an_event_is_emitted_with_a_statement_where_that_returns_a_row_and_nowhere_else(
    bus_for: BusFactory, database: Database
) -> None:
    passed: list[int] = []

    async def note(event: Noted, _: UnitOfWork) -> None:
        passed.append(event.number)

    await bus_for(Topology(service="end", handlers=[EventHandler(Noted, note)]), database_url=await database())
    url = await database()
    source = await bus_for(SOURCE, database_url=url)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("CREATE TABLE kept (number integer PRIMARY KEY)")
        statement = f"WITH written AS ({KEEP.replace('true', 'number')}) SELECT * FROM written"
        for number, rows in ((7, 1), (7, 0), (8, 1)):
            found = await source.write_and_emit(statement, (number,), Noted(number=number), aggregate="one")
            assert [row["number"] for row in found] == [number][:rows]
        await wait_until(lambda: len(passed) == 2, 30)
        assert passed == [7, 8]
        with pytest.raises(ValueError, match="SELECT \\* FROM written"):
            await source.write_and_emit("SELECT 1", (), Noted(number=1))
    finally:
        await connection.close()
