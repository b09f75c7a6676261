"""One duty does not hold up another, and one bad row of the outbox does not hold up the good ones."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from structlog.testing import capture_logs
from yarl import URL

from shared.clock import now
from shared.contracts.message import Event
from shared.messaging import Bus, EventHandler, Topology, UnitOfWork
from shared.messaging.backoff import Backoff
from shared.metrics import REGISTRY
from shared.testing import wait_until
from shared.testing.fixtures import BusFactory

Database = Callable[..., Awaitable[str]]


class Noted(Event):
    """Something was noted."""

    message_name = "test.relayed"
    number: int


SOURCE = Topology(service="source", emits=[Noted])


@pytest.fixture(autouse=True)
def services(used_services: set[str]) -> None:
    used_services.update({"source", "sink"})


@pytest.fixture
async def consumed(bus_for: BusFactory, database: Database) -> list[int]:
    """The numbers of the events that a consumer has handled."""
    numbers: list[int] = []

    async def note(event: Noted, _: UnitOfWork) -> None:
        numbers.append(event.number)

    sink = Topology(service="sink", handlers=[EventHandler(Noted, note)])
    await bus_for(sink, database_url=await database())
    return numbers


@asynccontextmanager
async def connected(url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


_INSERT = """
INSERT INTO outbox (message_id, routing_key, aggregate, correlation_id, body, published_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, coalesce($6, clock_timestamp()))
"""


async def insert_row(
    url: str,
    number: int,
    *,
    routing_key: str = "test.relayed.v1",
    aggregate: str | None = None,
    correlation_id: str = "c",
    age: timedelta | None = None,
) -> UUID:
    """Put an event into the outbox; with ``age``, one that was sent so long ago."""
    message_id = uuid4()
    sent_at = None if age is None else now() - age
    async with connected(url) as connection:
        body = f'{{"number": {number}}}'
        await connection.execute(_INSERT, message_id, routing_key, aggregate, correlation_id, body, sent_at)
    return message_id


async def emit(bus: Bus, *numbers: int) -> None:
    async with bus.work() as work:
        for number in numbers:
            await work.emit(Noted(number=number))


async def waits(url: str, statement: str) -> bool:
    """Whether a session of the database is at work on a statement that begins like this."""
    async with connected(url) as connection:
        return bool(
            await connection.fetchval(
                "SELECT count(*) > 0 FROM pg_stat_activity "
                "WHERE datname = current_database() AND state = 'active' AND ltrim(query, E' \\n') LIKE $1",
                f"{statement}%",
            )
        )


async def test_events_are_sent_while_a_long_snapshot_keeps_old_partitions_from_being_dropped(
    bus_for: BusFactory, database: Database, consumed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.pruner.RETRY_SECONDS", 0.1)
    url = await database()

    async def old_days() -> int:
        # The next day's partition may be made in the meantime: at midnight.
        return int(
            await other.fetchval("SELECT count(*) FROM partitions_of('outbox') WHERE ends < now() - interval '40 days'")
        )

    async with connected(url) as other:
        await other.execute("SELECT make_partitions('outbox', now() - interval '60 days')")
        await insert_row(url, 0, age=timedelta(days=60))
        before = await old_days()
        assert before
        with capture_logs() as logs:
            async with other.transaction(isolation="repeatable_read", readonly=True):
                await other.fetch("SELECT count(*) FROM outbox")
                source = await bus_for(SOURCE, database_url=url)
                await wait_until(lambda: [one["event"] for one in logs].count("partitions_postponed") > 2)

                await emit(source, 1)

                await wait_until(lambda: consumed == [1])
                assert await old_days() == before
                assert await source.checks()["relay"]() is None
            await wait_until(lambda: "partitions_changed" in [one["event"] for one in logs])

            async def all_dropped() -> bool:
                return await old_days() == 0

            await wait_until(all_dropped)


async def test_events_are_sent_while_their_lag_is_measured(
    bus_for: BusFactory, database: Database, consumed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.lag_meter._LAG", "SELECT 0::float8 FROM pg_sleep(10)")
    url = await database()
    source = await bus_for(SOURCE, database_url=url)
    await wait_until(lambda: waits(url, "SELECT 0::float8 FROM pg_sleep"))

    await emit(source, 1)

    await wait_until(lambda: consumed == [1])
    assert await waits(url, "SELECT 0::float8 FROM pg_sleep")
    assert await source.checks()["relay"]() is None


def unsendable() -> float:
    labels = {"service": "source", "message": Noted.routing_key()}
    return REGISTRY.get_sample_value("thungan_bus_unsendable_total", labels) or 0


async def test_an_event_that_cannot_be_encoded_is_named_and_kept_and_the_others_are_sent(
    bus_for: BusFactory, database: Database, consumed: list[int]
) -> None:
    url = await database()
    # AMQP's short strings end at 255 bytes.
    bad = await insert_row(url, 1, correlation_id="c" * 300)
    await insert_row(url, 2)
    before = unsendable()
    with capture_logs() as logs:
        source = await bus_for(SOURCE, database_url=url)
        failed = asyncio.ensure_future(source.wait_failed())
        await emit(source, 3)
        await wait_until(lambda: sorted(consumed) == [2, 3])
        await wait_until(lambda: unsendable() > before)

    assert str(bad) in [line.get("message_id") for line in logs if line["event"] == "event_unsendable"]
    assert not failed.done()
    async with connected(url) as connection:

        async def only_it_waits() -> bool:
            rows = await connection.fetch("SELECT message_id FROM outbox WHERE published_at IS NULL")
            return [row["message_id"] for row in rows] == [bad]

        # What a process has sent itself is marked a moment later.
        await wait_until(only_it_waits)
        await connection.execute("UPDATE outbox SET correlation_id = 'c', not_before = NULL")
    await wait_until(lambda: sorted(consumed) == [1, 2, 3])


async def test_an_event_for_which_the_broker_hangs_up_is_found_and_kept_and_the_others_are_sent(
    bus_for: BusFactory, database: Database, consumed: list[int]
) -> None:
    url = await database()
    for number in range(5):
        await insert_row(url, number)
    # Headers that do not fit into one frame end the connection with everything under way on it.
    bad = await insert_row(url, 5, aggregate="a" * 200_000)
    for number in range(6, 10):
        await insert_row(url, number)
    with capture_logs() as logs:
        source = await bus_for(SOURCE, database_url=url)
        failed = asyncio.ensure_future(source.wait_failed())
        await wait_until(lambda: sorted(set(consumed)) == [0, 1, 2, 3, 4, 6, 7, 8, 9], 20)
        await wait_until(lambda: [line for line in logs if line["event"] == "event_unsendable"])

    assert {line.get("message_id") for line in logs if line["event"] == "event_unsendable"} == {str(bad)}
    assert not failed.done()
    async with connected(url) as connection:
        await connection.execute("UPDATE outbox SET aggregate = 'a', not_before = NULL WHERE published_at IS NULL")
    await wait_until(lambda: sorted(consumed) == list(range(10)), 20)


async def test_a_database_that_refuses_is_asked_again_after_a_pause_whatever_wakes_the_relay_meanwhile(
    bus_for: BusFactory, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Backoff, "delay", lambda _: 3600.0)
    wrong = str(URL(await database()).with_password("not this one"))
    with capture_logs() as lines:

        def refusals() -> list[str]:
            return [line["error"] for line in lines if line["event"] == "outbox_not_reached"]

        bus = await bus_for(SOURCE, database_url=wrong)
        await wait_until(refusals)
        assert bus._relay is not None
        for _ in range(3):
            bus._relay.wake()
            # As long as another try of the relay would take.
            with pytest.raises(asyncpg.InvalidPasswordError):
                await asyncpg.connect(wrong)
        assert refusals() == ["InvalidPasswordError"]
