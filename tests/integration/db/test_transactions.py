"""Connections and transactions behave under contention, and a full pool is reported."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime

import asyncpg
import pytest

from shared.db import acquired, repeat_on_conflict, transaction
from shared.db.transaction import is_connection_lost
from shared.problems import Unavailable

PoolFor = Callable[..., Awaitable[asyncpg.Pool]]


@pytest.fixture
async def pool(pool_for: PoolFor) -> asyncpg.Pool:
    pool = await pool_for(size=3)
    await pool.execute("CREATE TABLE account (name text PRIMARY KEY, amount integer)")
    await pool.execute("INSERT INTO account VALUES ('a', 1), ('b', 1)")
    return pool


async def test_a_block_that_raises_is_undone(pool: asyncpg.Pool) -> None:
    with suppress(ZeroDivisionError):
        async with transaction(pool) as connection:
            await connection.execute("UPDATE account SET amount = 5")
            raise ZeroDivisionError

    assert await pool.fetchval("SELECT sum(amount) FROM account") == 2


async def test_json_comes_as_python_values_and_moments_in_utc(pool: asyncpg.Pool) -> None:
    facts = {"tên": "Á", "n": [1, 2.5, None]}

    row = await pool.fetchrow("SELECT $1::jsonb AS facts, '2026-01-01 07:00+07'::timestamptz AS moment", facts)

    assert row is not None
    assert row["facts"] == facts
    assert row["moment"] == datetime(2026, 1, 1, tzinfo=UTC)
    assert await pool.fetchval("SHOW timezone") == "UTC"


async def test_transactions_that_deadlock_are_repeated_until_both_have_happened(pool: asyncpg.Pool) -> None:
    both_inside = asyncio.Barrier(2)
    tries = 0

    async def move(first: str, second: str) -> None:
        nonlocal tries
        waited = False

        async def block() -> None:
            nonlocal tries, waited
            tries += 1
            async with transaction(pool) as connection:
                await connection.execute("UPDATE account SET amount = amount + 1 WHERE name = $1", first)
                if not waited:
                    waited = True
                    await both_inside.wait()
                await connection.execute("UPDATE account SET amount = amount + 1 WHERE name = $1", second)

        await repeat_on_conflict(block)

    await asyncio.gather(move("a", "b"), move("b", "a"))

    assert tries == 3
    assert await pool.fetchval("SELECT sum(amount) FROM account") == 6


async def test_a_serialization_failure_is_repeated(pool: asyncpg.Pool) -> None:
    async def increase() -> None:
        async with transaction(pool, isolation="serializable") as connection:
            amount = await connection.fetchval("SELECT amount FROM account WHERE name = 'a'")
            await connection.execute("UPDATE account SET amount = $1 WHERE name = 'a'", amount + 1)

    await asyncio.gather(*(repeat_on_conflict(increase, attempts=10) for _ in range(3)))

    assert await pool.fetchval("SELECT amount FROM account WHERE name = 'a'") == 4


async def test_a_full_pool_is_a_clear_refusal(pool: asyncpg.Pool) -> None:
    async with acquired(pool), acquired(pool), acquired(pool):
        with pytest.raises(Unavailable):
            async with acquired(pool, within=0.05):
                pass

    async with acquired(pool, within=0.5) as connection:
        assert await connection.fetchval("SELECT 1") == 1


async def test_a_connection_that_the_server_ended_is_recognised_and_replaced(pool: asyncpg.Pool) -> None:
    async def end_itself() -> None:
        async with transaction(pool) as connection:
            await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(Exception) as raised:  # noqa: PT011 - which of several errors depends on the moment
        await end_itself()

    assert is_connection_lost(raised.value)
    assert await pool.fetchval("SELECT 1") == 1


async def test_a_lock_that_is_not_released_ends_with_an_error_and_not_never(pool: asyncpg.Pool) -> None:
    async with transaction(pool) as holder:
        await holder.execute("UPDATE account SET amount = 0 WHERE name = 'a'")
        async with acquired(pool) as waiter:
            await waiter.execute("SET lock_timeout = '50ms'")
            with pytest.raises(asyncpg.LockNotAvailableError):
                await waiter.execute("UPDATE account SET amount = 0 WHERE name = 'a'")


async def test_a_cancelled_query_leaves_the_pool_usable(pool: asyncpg.Pool) -> None:
    for _ in range(6):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02), transaction(pool) as connection:
                await connection.execute("SELECT pg_sleep(5)")

    assert await pool.fetchval("SELECT 1") == 1
