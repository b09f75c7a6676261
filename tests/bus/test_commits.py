"""What was committed is answered as done: no time limit reaches past the commit, and no answer guesses its outcome."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from shared.contracts.message import Reply, Request
from shared.db.time_limit import time_limit
from shared.messaging import Bus, RequestHandler, Topology, UnitOfWork
from shared.problems import TimedOut
from shared.testing import wait_until
from shared.testing.fixtures import BusFactory
from shared.testing.proxy import TcpProxy

Database = Callable[..., Awaitable[str]]
ASKER = Topology(service="asker")

SLOW_COMMIT = """
CREATE TABLE paid (amount integer NOT NULL);
CREATE FUNCTION sleep_a_while() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(%s); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON paid DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION sleep_a_while();
"""


class Done(Reply):
    """It was done."""


class Pay(Request[Done]):
    """Do it."""

    message_name = "test.pay"


async def pay(_: Pay, work: UnitOfWork) -> Done:
    await work.connection.execute("INSERT INTO paid VALUES (1)")
    return Done()


PAYER = Topology(service="payer", handlers=[RequestHandler(Pay, pay)])


@pytest.fixture(autouse=True)
def services(used_services: set[str]) -> None:
    used_services.update({"payer", "asker"})


async def slow_to_commit(url: str, seconds: float) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(SLOW_COMMIT % seconds)
    await connection.close()


@contextlib.asynccontextmanager
async def database_lost_in_commit(
    bus_for: BusFactory, url: str, postgres_url: str
) -> AsyncIterator[tuple[asyncio.Task[Done], TcpProxy]]:
    """Request a payment, and cut the connection to the database while the payment is being committed."""
    async with TcpProxy.in_front_of(postgres_url) as to_database:
        await bus_for(PAYER, database_url=to_database.url(url))
        asker = await bus_for(ASKER)
        asking = asyncio.create_task(asker.request(Pay(), timeout=20))
        await wait_until(lambda: committing(url))
        to_database.down()
        yield asking, to_database


async def paid(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM paid"))
    finally:
        await connection.close()


async def committing(url: str) -> bool:
    connection = await asyncpg.connect(url)
    try:
        query = "SELECT true FROM pg_stat_activity WHERE datname = current_database() AND query ~ '^COMMIT'"
        return await connection.fetchval(query + " AND state = 'active'") is True
    finally:
        await connection.close()


async def test_a_time_limit_that_strikes_during_the_commit_does_not_make_the_answer_wrong(
    bus_for: BusFactory, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.responder.HANDLER_SECONDS", 0.3)
    url = await database()
    await slow_to_commit(url, 0.6)
    await bus_for(PAYER, database_url=url)
    asker = await bus_for(ASKER)

    assert await asker.request(Pay(), timeout=20) == Done()
    assert await paid(url) == 1


async def test_what_runs_after_the_commit_does_not_keep_the_answer(
    bus_for: BusFactory, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.responder.HANDLER_SECONDS", 0.3)
    answered = asyncio.Event()
    woken: list[int] = []

    async def pay_and_wake(_: Pay, work: UnitOfWork) -> Done:
        async def wake() -> None:
            await answered.wait()
            woken.append(1)

        work.after_commit(wake)
        return Done()

    topology = Topology(service="payer", handlers=[RequestHandler(Pay, pay_and_wake)])
    owner = await bus_for(topology, database_url=await database())
    asker = await bus_for(ASKER)

    assert await asker.request(Pay(), timeout=20) == Done()
    answered.set()
    await owner.drain()
    assert woken == [1]


async def test_what_runs_after_the_commits_borrows_one_connection_at_most(
    bus_for: BusFactory, database: Database
) -> None:
    at_once: list[int] = []
    running = 0
    bus: Bus = await bus_for(Topology(service="payer"), database_url=await database())

    async def wake() -> None:
        nonlocal running
        running += 1
        at_once.append(running)
        await asyncio.sleep(0)
        running -= 1

    async def commit() -> None:
        async with bus.work() as work:
            work.after_commit(wake)

    await asyncio.gather(*(commit() for _ in range(20)))
    await bus.drain()
    assert at_once == [1] * 20


async def test_a_commit_whose_outcome_is_unknown_is_answered_as_unknown(
    bus_for: BusFactory, database: Database, postgres_url: str
) -> None:
    url = await database()
    await slow_to_commit(url, 1.0)
    async with database_lost_in_commit(bus_for, url, postgres_url) as (asking, _):
        with pytest.raises(TimedOut):
            await asking


async def test_a_commit_whose_answer_was_lost_is_answered_by_doing_it_again(
    bus_for: BusFactory, database: Database, postgres_url: str
) -> None:
    """The handler has to know its own repetition; this one does not, so that it can be seen."""
    url = await database()
    await slow_to_commit(url, 0.5)
    async with database_lost_in_commit(bus_for, url, postgres_url) as (asking, to_database):
        to_database.heal()
        assert await asking == Done()
    await wait_until(lambda: paid(url))


async def test_a_unit_of_work_of_an_http_request_is_not_cut_off_in_its_commit(
    bus_for: BusFactory, database: Database
) -> None:
    url = await database()
    await slow_to_commit(url, 0.6)
    bus = await bus_for(Topology(service="payer"), database_url=url)

    async with time_limit(0.3), bus.work() as work:
        await work.connection.execute("INSERT INTO paid VALUES (1)")
    assert await paid(url) == 1


async def test_a_time_limit_applies_again_after_a_commit_that_failed(bus_for: BusFactory, database: Database) -> None:
    url = await database()
    await slow_to_commit(url, 0.0)
    connection = await asyncpg.connect(url)
    await connection.execute(
        "CREATE OR REPLACE FUNCTION sleep_a_while() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN RAISE serialization_failure; END'"
    )
    await connection.close()
    bus = await bus_for(Topology(service="payer"), database_url=url)

    async def try_for_ever() -> None:
        async with time_limit(0.3):
            while True:
                with contextlib.suppress(asyncpg.SerializationError):
                    async with bus.work() as work:
                        await work.connection.execute("INSERT INTO paid VALUES (1)")

    with pytest.raises(TimeoutError):
        await try_for_ever()
    assert await paid(url) == 0
