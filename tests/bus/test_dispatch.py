"""What a transaction has emitted is sent by its own process; the relay sends what that has not had confirmed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
import pytest
from pydantic import SecretStr

from shared.clock import now
from shared.messaging import Bus, UnitOfWork
from shared.messaging.dispatcher import MOST_ROWS, Dispatcher
from shared.messaging.outbox import WrittenRow
from shared.messaging.relay import _LOCK
from shared.testing import wait_until
from shared.testing.fixtures import BusFactory
from shared.testing.proxy import Mode, TcpProxy
from tests.bus.messages import SOURCE, Noted, sink_with

Database = Callable[..., Awaitable[str]]


@pytest.fixture(autouse=True)
def services(used_services: set[str]) -> None:
    used_services.update({"source", "sink"})


@pytest.fixture
async def consumed(bus_for: BusFactory, database: Database) -> list[int]:
    """The numbers of the events that a consumer has handled, as often as it has."""
    numbers: list[int] = []

    async def note(event: Noted, _: UnitOfWork) -> None:
        numbers.append(event.number)

    await bus_for(sink_with(note), database_url=await database())
    return numbers


@asynccontextmanager
async def relay_elsewhere(url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Hold the relay's lock as another copy does that sends nothing."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        yield connection
    finally:
        await connection.close()


async def emit(bus: Bus, *numbers: int) -> None:
    async with bus.work() as work:
        for number in numbers:
            await work.emit(Noted(number=number), aggregate="one")


async def waiting(connection: "asyncpg.Connection[asyncpg.Record]") -> int:
    return int(await connection.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL"))


async def test_events_are_sent_in_order_and_marked_without_the_relay(
    bus_for: BusFactory, database: Database, consumed: list[int]
) -> None:
    url = await database()
    async with relay_elsewhere(url) as other:
        source = await bus_for(SOURCE, database_url=url)
        for first in range(0, 40, 2):
            await emit(source, first, first + 1)

        await wait_until(lambda: len(consumed) == 40)
        assert consumed == list(range(40))
        await wait_until(lambda: _none_waits(other))


async def _none_waits(connection: "asyncpg.Connection[asyncpg.Record]") -> bool:
    return await waiting(connection) == 0


async def test_what_is_undone_is_never_sent(bus_for: BusFactory, database: Database, consumed: list[int]) -> None:
    source = await bus_for(SOURCE, database_url=await database())

    async def fail() -> None:
        async with source.work() as work:
            await work.emit(Noted(number=1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    await emit(source, 2)

    await wait_until(lambda: consumed == [2])


async def test_the_relay_sends_what_a_process_committed_and_did_not_send(
    bus_for: BusFactory, database: Database, consumed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if the process had been killed between the commit and the sending.
    def forget(_: Dispatcher, rows: Sequence[WrittenRow]) -> None:
        forgotten.extend(row["position"] for row in rows)

    forgotten: list[int] = []
    monkeypatch.setattr(Dispatcher, "put", forget)
    source = await bus_for(SOURCE, database_url=await database())
    await emit(source, 1, 2)

    assert len(forgotten) == 2
    await wait_until(lambda: consumed == [1, 2], 30)


async def test_an_event_is_marked_only_when_the_broker_has_confirmed_it(
    bus_for: BusFactory, database: Database, consumed: list[int], proxy: TcpProxy, through: SecretStr
) -> None:
    url = await database()
    async with relay_elsewhere(url) as other:
        source = await bus_for(SOURCE, database_url=url, amqp_url=through)
        proxy.mode = Mode.DOWNSTREAM_BLACKHOLE
        await emit(source, 1)
        await wait_until(lambda: consumed == [1])
        # The broker has it, and its confirm is lost: for all that is known here it has to be sent again.
        assert await waiting(other) == 1
        proxy.heal()
        proxy.reset()
    await wait_until(lambda: _is_relay(source), 30)
    connection = await asyncpg.connect(url)
    try:
        await wait_until(lambda: _none_waits(connection), 30)
    finally:
        await connection.close()
    assert consumed == [1]


def _is_relay(bus: Bus) -> bool:
    return bus._relay is not None and bus._relay.is_active


async def test_many_events_of_one_transaction_leave_in_order_by_the_relay(
    bus_for: BusFactory, database: Database, consumed: list[int]
) -> None:
    url = await database()
    async with relay_elsewhere(url) as other:
        source = await bus_for(SOURCE, database_url=url)
        await emit(source, *range(MOST_ROWS + 1))
        await emit(source, 1_000)
        await wait_until(lambda: consumed == [1_000])
        assert await waiting(other) >= MOST_ROWS + 1
    await wait_until(lambda: len(consumed) == MOST_ROWS + 2, 30)
    assert consumed[1:] == list(range(MOST_ROWS + 1))


async def test_a_drain_waits_for_the_confirms_and_their_marks(
    bus_for: BusFactory, database: Database, consumed: list[int]
) -> None:
    url = await database()
    async with relay_elsewhere(url) as other:
        source = await bus_for(SOURCE, database_url=url)
        await asyncio.gather(*(emit(source, number) for number in range(30)))
        await source.drain()
        assert await waiting(other) == 0
    await wait_until(lambda: sorted(consumed) == list(range(30)))


async def test_an_event_at_the_position_of_one_that_was_lost_with_its_database_is_not_marked_for_it(
    bus_for: BusFactory, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = await database()
    monkeypatch.setattr(Dispatcher, "put", lambda *_: None)
    async with relay_elsewhere(url) as other:
        source = await bus_for(SOURCE, database_url=url)
        await emit(source, 1)
        position = await other.fetchval("SELECT position FROM outbox")
        relay = source._relay
        assert relay is not None
        # Confirmed before the database was set back to where this position was free.
        relay.mark(position, uuid4(), now())
        await wait_until(lambda: not relay._confirmed, 30)
        assert await waiting(other) == 1


async def test_what_is_confirmed_while_the_last_mark_is_being_made_is_marked_before_the_end(
    bus_for: BusFactory, database: Database, consumed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MARK_SECONDS", "POLL_SECONDS"):
        monkeypatch.setattr(f"shared.messaging.relay.{name}", 60.0)
    url = await database()
    async with relay_elsewhere(url) as other:
        source = await bus_for(SOURCE, database_url=url)
        relay = source._relay
        assert relay is not None
        await emit(source, 1)
        await wait_until(lambda: len(relay._confirmed) == 1)
        held = other.transaction()
        await held.start()
        await other.execute("SELECT FROM outbox FOR UPDATE")
        relay.wake()
        await wait_until(lambda: _is_blocked(other))
        await emit(source, 2)
        await wait_until(lambda: len(relay._confirmed) == 2)
        drain = asyncio.ensure_future(source.drain())
        await wait_until(lambda: relay._stopping)
        await held.rollback()
        await drain
        assert await waiting(other) == 0


async def _is_blocked(connection: "asyncpg.Connection[asyncpg.Record]") -> bool:
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM pg_stat_activity"
            " WHERE datname = current_database() AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
        )
    )
