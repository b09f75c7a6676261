"""``BEGIN`` and ``COMMIT`` go out with the statements beside them, and mean what they mean by themselves."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from shared.db import acquired, open_pool, transaction
from shared.db.transaction import CommitUnknown, fetch_and_commit
from shared.testing import wait_until
from shared.testing.proxy import TcpProxy

ADD = "INSERT INTO paid (amount) VALUES ($1) RETURNING amount"
COUNT = "SELECT count(*) FROM paid"

SLOW = """
CREATE TABLE paid (amount integer NOT NULL);
CREATE FUNCTION sleep_a_while() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON paid DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION sleep_a_while();
"""


@pytest.fixture
async def url(database: Callable[..., Awaitable[str]]) -> str:
    return await database()


@pytest.fixture
async def pool(url: str) -> AsyncIterator[asyncpg.Pool]:
    pool = await open_pool(url, size=1)
    await pool.execute("CREATE TABLE paid (amount integer NOT NULL CHECK (amount > 0))")
    # Each of them is known on the only connection from now on.
    await pool.fetch(ADD, 1)
    await pool.fetchval(COUNT)
    await pool.execute("TRUNCATE paid")
    yield pool
    pool.terminate()


class _Counted:
    """Counts what is written to the database."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self.writes = 0

    def write(self, data: Any) -> None:
        self.writes += 1
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


async def _counted(pool: asyncpg.Pool) -> _Counted:
    async with acquired(pool) as connection:
        joining = connection._con._protocol.joining  # type: ignore[union-attr]
    counted = _Counted(joining._transport)
    joining._transport = counted
    return counted


async def test_begin_goes_out_with_the_first_statement_and_commit_with_the_last(pool: asyncpg.Pool) -> None:
    counted = await _counted(pool)

    async with transaction(pool) as connection:
        assert await connection.fetchval(COUNT) == 0
        assert [row["amount"] for row in await fetch_and_commit(connection, ADD, 5)] == [5]

    assert counted.writes == 2
    assert await pool.fetchval(COUNT) == 1


async def test_a_transaction_of_one_statement_is_sent_as_that_statement(pool: asyncpg.Pool) -> None:
    counted = await _counted(pool)

    async with transaction(pool) as connection:
        await fetch_and_commit(connection, ADD, 5)

    assert counted.writes == 1
    assert await pool.fetchval(COUNT) == 1


async def test_nothing_is_sent_where_nothing_was_done(pool: asyncpg.Pool) -> None:
    counted = await _counted(pool)

    async with transaction(pool):
        pass
    with contextlib.suppress(ZeroDivisionError):
        async with transaction(pool):
            raise ZeroDivisionError

    assert counted.writes == 0
    assert not (await _state(pool))


async def test_what_fails_with_the_commit_behind_it_is_not_committed(pool: asyncpg.Pool) -> None:
    async def pay() -> None:
        async with transaction(pool) as connection:
            await connection.fetch(ADD, 5)
            await fetch_and_commit(connection, ADD, -5)

    with pytest.raises(asyncpg.CheckViolationError):
        await pay()

    assert await pool.fetchval(COUNT) == 0
    assert not (await _state(pool))


async def test_a_commit_that_is_refused_undoes_all(pool: asyncpg.Pool) -> None:
    await pool.execute(
        "ALTER TABLE paid ADD COLUMN once integer DEFAULT 1, ADD UNIQUE (once) DEFERRABLE INITIALLY DEFERRED"
    )
    await pool.fetch(ADD, 1)

    async def pay() -> None:
        async with transaction(pool) as connection:
            await connection.fetchval(COUNT)
            await fetch_and_commit(connection, ADD, 5)

    with pytest.raises(asyncpg.UniqueViolationError):
        await pay()

    assert await pool.fetchval(COUNT) == 1
    assert not (await _state(pool))


async def test_a_last_statement_that_was_never_run_before_is_committed_at_the_end_of_the_block(
    pool: asyncpg.Pool,
) -> None:
    async with transaction(pool) as connection:
        await fetch_and_commit(connection, "INSERT INTO paid SELECT $1::integer + 1 RETURNING amount", 5)
        assert connection.is_in_transaction()

    assert await pool.fetchval(COUNT) == 1


async def _executed(connection: Any) -> None:
    await connection.execute("INSERT INTO paid VALUES (1); INSERT INTO paid VALUES (2)")


async def _fetched(connection: Any) -> None:
    assert len(await connection.fetch("INSERT INTO paid VALUES ($1), ($2) RETURNING amount", 1, 2)) == 2


async def _many(connection: Any) -> None:
    await connection.executemany("INSERT INTO paid VALUES ($1)", [(1,), (2,)])


async def _copied(connection: Any) -> None:
    await connection.copy_records_to_table("paid", records=[(1,), (2,)], columns=["amount"])


async def _by_cursor(connection: Any) -> None:
    rows = [row async for row in connection.cursor("INSERT INTO paid VALUES ($1), ($2) RETURNING amount", 1, 2)]
    assert len(rows) == 2


async def _prepared(connection: Any) -> None:
    statement = await connection.prepare("INSERT INTO paid VALUES ($1), ($2) RETURNING amount")
    assert len(await statement.fetch(1, 2)) == 2


async def _nested(connection: Any) -> None:
    async with connection.transaction():
        await connection.execute("INSERT INTO paid VALUES (1), (2)")
    with contextlib.suppress(ZeroDivisionError):
        async with connection.transaction():
            await connection.execute("INSERT INTO paid VALUES (3)")
            raise ZeroDivisionError


@pytest.mark.parametrize("first", [_executed, _fetched, _many, _copied, _by_cursor, _prepared, _nested])
async def test_whatever_comes_first_is_part_of_the_transaction(
    pool: asyncpg.Pool, first: Callable[[Any], Awaitable[None]]
) -> None:
    with contextlib.suppress(ZeroDivisionError):
        async with transaction(pool) as connection:
            await first(connection)
            assert connection.is_in_transaction()
            raise ZeroDivisionError
    assert await pool.fetchval(COUNT) == 0

    async with transaction(pool) as connection:
        await first(connection)

    assert await pool.fetchval(COUNT) == 2


async def test_an_argument_that_cannot_be_sent_leaves_the_transaction_as_it_was(pool: asyncpg.Pool) -> None:
    async with transaction(pool) as connection:
        with pytest.raises(asyncpg.DataError):
            await connection.fetch(ADD, "five")
        await connection.fetch(ADD, 5)

    assert await pool.fetchval(COUNT) == 1


@pytest.mark.parametrize("isolation", ["read_committed", "repeatable_read", "serializable"])
async def test_a_transaction_has_the_isolation_that_was_asked_for(pool: asyncpg.Pool, isolation: Any) -> None:
    async with transaction(pool, isolation=isolation) as connection:
        assert await connection.fetchval("SHOW transaction_isolation") == isolation.replace("_", " ")


async def test_a_last_statement_that_is_cancelled_leaves_the_pool_usable(pool: asyncpg.Pool, url: str) -> None:
    wait = "SELECT pg_sleep($1)"
    await pool.fetch(wait, 0.0)

    async def cancelled() -> None:
        async with transaction(pool) as connection:
            await connection.fetch(ADD, 5)
            await fetch_and_commit(connection, wait, 60.0)

    async with contextlib.AsyncExitStack() as stack:
        watching = await asyncpg.connect(url)
        stack.push_async_callback(watching.close)
        task = asyncio.create_task(cancelled())
        await wait_until(lambda: _waits(watching))
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await pool.fetchval(COUNT) == 0


async def test_a_database_that_is_lost_while_it_commits_the_last_statement_leaves_that_unknown(
    url: str, postgres_url: str
) -> None:
    watching = await asyncpg.connect(url)
    await watching.execute(SLOW)

    async def paying(pool: asyncpg.Pool) -> None:
        async with transaction(pool) as connection:
            await connection.fetchval(COUNT)
            await fetch_and_commit(connection, ADD, 5)

    async def committing() -> bool:
        query = "SELECT true FROM pg_stat_activity WHERE datname = current_database() AND query = 'COMMIT'"
        return await watching.fetchval(query + " AND state = 'active'") is True

    async with TcpProxy.in_front_of(postgres_url) as to_database:
        pool = await open_pool(to_database.url(url), size=1)
        await paying(pool)
        task = asyncio.create_task(paying(pool))
        await wait_until(committing)
        to_database.down()
        with pytest.raises(CommitUnknown):
            await task
        pool.terminate()

    await wait_until(lambda: _paid(watching, 2))
    await watching.close()


async def _waits(connection: Any) -> bool:
    query = "SELECT true FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
    return await connection.fetchval(query) is True


async def _paid(connection: Any, times: int) -> bool:
    return bool(await connection.fetchval(COUNT) == times)


async def _state(pool: asyncpg.Pool) -> bool:
    async with acquired(pool) as connection:
        return bool(connection.is_in_transaction() or connection._con._top_xact is not None)  # type: ignore[union-attr]
