"""A connection that is borrowed again is as good as new, whatever the one before did with it."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from shared.db.transaction import acquired, is_connection_lost, transaction
from shared.problems import Unavailable
from shared.testing import wait_until

PID = "SELECT pg_backend_pid()"


@pytest.fixture
async def pool(pool_for: Callable[..., Awaitable[asyncpg.Pool]]) -> asyncpg.Pool:
    return await pool_for(size=2)


async def test_the_connection_that_came_back_last_is_handed_out_first(pool: asyncpg.Pool) -> None:
    async with acquired(pool) as one, acquired(pool) as other:
        first, last = await one.fetchval(PID), await other.fetchval(PID)
    assert first != last
    # The blocks end from the inside.
    for _ in range(3):
        async with acquired(pool) as again:
            assert await again.fetchval(PID) == first


async def test_a_transaction_that_was_left_open_is_undone_before_the_next_borrower(pool: asyncpg.Pool) -> None:
    async with acquired(pool) as connection:
        await connection.execute("CREATE TEMPORARY TABLE of_session (value int)")
        left = await connection.fetchval(PID)
    async with acquired(pool) as connection:
        await connection.execute("BEGIN; INSERT INTO of_session VALUES (1)")
    async with acquired(pool) as connection:
        assert await connection.fetchval(PID) == left
        assert not connection.is_in_transaction()
        assert await connection.fetchval("SELECT count(*) FROM of_session") == 0


async def test_a_transaction_of_the_driver_that_was_never_ended_is_undone(pool: asyncpg.Pool) -> None:
    async with acquired(pool) as connection:
        await connection.transaction().start()
        left = await connection.fetchval(PID)
    async with transaction(pool) as connection:
        assert await connection.fetchval(PID) == left


async def test_what_was_cut_off_in_the_middle_of_a_statement_is_nobody_elses_answer(pool: asyncpg.Pool) -> None:
    async def waits() -> None:
        async with acquired(pool) as connection:
            await connection.fetchval("SELECT 'late' FROM pg_sleep(60)")

    for _ in range(4):
        waiting = asyncio.create_task(waits())

        async def sleeps() -> bool:
            asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE '%''late''%'"
            async with acquired(pool) as connection:
                return bool(await connection.fetchval(asked))

        await wait_until(sleeps)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        async with acquired(pool) as one, acquired(pool) as other:
            assert [await each.fetchval("SELECT 'mine'") for each in (one, other)] == ["mine", "mine"]


async def test_a_cursor_and_a_statement_of_one_borrower_are_of_no_use_to_it_later(pool: asyncpg.Pool) -> None:
    async with acquired(pool) as connection:
        statement = await connection.prepare("SELECT 1")
    with pytest.raises(asyncpg.InterfaceError):
        await statement.fetchval()
    with pytest.raises(asyncpg.InterfaceError):
        await connection.fetchval("SELECT 1")


async def test_who_listened_hears_nothing_after_giving_back(pool: asyncpg.Pool) -> None:
    heard: list[object] = []
    with pytest.warns(asyncpg.InterfaceWarning):
        async with acquired(pool) as connection:
            await connection.add_listener("test_hand_out", lambda *message: heard.append(message))
    async with acquired(pool) as connection:
        await connection.execute("UNLISTEN *; LISTEN test_hand_out; NOTIFY test_hand_out")
        await connection.execute("UNLISTEN *")
    assert heard == []


async def test_a_connection_that_the_server_has_ended_is_replaced(pool: asyncpg.Pool) -> None:
    async with acquired(pool) as one, acquired(pool) as other:
        await other.execute("SELECT pg_terminate_backend($1, 10000)", await one.fetchval(PID))
        ended = await other.fetchval(PID)
        with pytest.raises(Exception) as lost:  # noqa: PT011 - in whatever way the driver says so
            await one.fetchval(PID)
        assert is_connection_lost(lost.value)
    async with acquired(pool) as one, acquired(pool) as other:
        assert ended in {await one.fetchval(PID), await other.fetchval(PID)}


async def test_a_connection_that_was_lost_between_two_statements_is_a_database_that_is_away(pool: asyncpg.Pool) -> None:
    async with acquired(pool) as other:
        with pytest.raises(Exception) as lost:  # noqa: PT012, PT011 - in whatever way the driver says so
            async with acquired(pool) as one:
                await other.execute("SELECT pg_terminate_backend($1, 10000)", await one.fetchval(PID))
                await wait_until(lambda: "released" in repr(one))
                await one.fetchval(PID)
        assert is_connection_lost(lost.value)


async def test_a_pool_that_was_told_to_begin_anew_hands_out_new_connections_alone(pool: asyncpg.Pool) -> None:
    async with acquired(pool) as connection:
        before = await connection.fetchval(PID)
        await pool.expire_connections()
    async with acquired(pool) as connection:
        assert await connection.fetchval(PID) != before


async def test_who_finds_none_free_waits_for_one_and_not_for_ever(pool: asyncpg.Pool) -> None:
    async with acquired(pool):
        async with acquired(pool):
            with pytest.raises(Unavailable):
                async with acquired(pool, within=0.05):
                    pass

            async def borrow() -> int:
                async with acquired(pool, within=10) as connection:
                    return int(await connection.fetchval("SELECT 7"))

            waiting = asyncio.create_task(borrow())
            await asyncio.sleep(0)
        assert await waiting == 7


async def test_many_borrowers_at_once_never_share_a_connection(pool: asyncpg.Pool) -> None:
    at_work: set[int] = set()

    async def borrow() -> None:
        async with acquired(pool, within=10) as connection:
            pid = connection.get_server_pid()
            assert pid not in at_work
            at_work.add(pid)
            await connection.fetchval("SELECT 1")
            at_work.discard(pid)

    await asyncio.gather(*(borrow() for _ in range(200)))
    assert pool.get_size() == 2
    assert pool.get_idle_size() == 2


async def test_a_pool_closes_when_all_has_come_back(pool: asyncpg.Pool) -> None:
    async with acquired(pool) as connection:
        closing = asyncio.create_task(pool.close())
        await asyncio.sleep(0)
        assert await connection.fetchval("SELECT 1") == 1
    await closing
    with pytest.raises(asyncpg.InterfaceError):
        async with acquired(pool):
            pass


async def test_who_borrows_again_and_again_does_not_keep_the_others_waiting(
    pool_for: Callable[..., Awaitable[asyncpg.Pool]],
) -> None:
    pool = await pool_for(size=1)
    order: list[str] = []
    is_lent, others_wait = asyncio.Event(), asyncio.Event()

    async def again_and_again() -> None:
        for _ in range(200):
            async with acquired(pool) as connection:
                is_lent.set()
                await others_wait.wait()
                order.append("again")
                await connection.fetchval("SELECT 1")

    async def once(name: str) -> None:
        async with acquired(pool, within=30) as connection:
            order.append(name)
            await connection.fetchval("SELECT 1")

    greedy = asyncio.create_task(again_and_again())
    await is_lent.wait()
    waiting = [asyncio.create_task(once(f"waiter {number}")) for number in range(3)]
    await asyncio.sleep(0)
    others_wait.set()
    await asyncio.gather(greedy, *waiting)
    # Whoever asks again after giving back is behind those who were there before.
    assert order[:5] == ["again", "waiter 0", "waiter 1", "waiter 2", "again"]
