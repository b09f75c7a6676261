"""Transactions, and which errors of the database are worth another try."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Literal, TypeVar

import asyncpg

from shared.db.hand_out import give_back, in_line, take
from shared.db.on_the_way import Begun, begun_on
from shared.db.pool import ACQUIRE_SECONDS, Connection
from shared.db.time_limit import suspended
from shared.problems import Busy

T = TypeVar("T")

Isolation = Literal["read_committed", "repeatable_read", "serializable"]

CONFLICTS = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
"""A serialization failure or a deadlock: the transaction was undone as a whole and can be repeated."""

CONNECTION_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    # A backup is being restored: the database is gone for a moment, or lets nobody in.
    asyncpg.InvalidCatalogNameError,
    asyncpg.InternalClientError,
    ConnectionError,
)
"""The database is gone or going; whether a commit that was under way happened is unknown."""

OUT_OF_RESOURCES = (asyncpg.InsufficientResourcesError, asyncpg.PostgresIOError)
"""The database's disk, memory or connections are used up, or its disk fails: a fault around us, for people to mend."""

DATABASE_BUSY = (*OUT_OF_RESOURCES, asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError)
"""The database is there and has no room or time for this now; nothing was done."""


class CommitUnknown(ConnectionError):
    """The connection was lost, or silent for too long, during a commit: whether it happened is unknown."""


def is_connection_lost(error: BaseException) -> bool:
    """Return whether ``error`` means that the connection to the database is gone."""
    if isinstance(error, asyncpg.InterfaceError):
        # A connection that was lost between two statements the driver takes from its borrower at once.
        return any(words in str(error) for words in ("closed", "closing", "released back to the pool"))
    if type(error) is asyncpg.InvalidAuthorizationSpecificationError:  # not: a wrong password
        return True
    return isinstance(error, CONNECTION_LOST) or (isinstance(error, OSError) and not isinstance(error, TimeoutError))


@asynccontextmanager
async def acquired(pool: asyncpg.Pool, *, within: float = ACQUIRE_SECONDS) -> AsyncIterator[Connection]:
    """Borrow a connection. Raises :class:`Unavailable` when none is free ``within`` seconds."""
    connection = take(pool)
    if connection is None:
        try:
            async with in_line(pool):
                connection = await pool.acquire(timeout=within)
        except TimeoutError:
            raise Busy(facts={"part": "database"}) from None
    try:
        yield connection
    finally:
        if not give_back(pool, connection):
            await pool.release(connection, timeout=ACQUIRE_SECONDS)


@asynccontextmanager
async def single_statement(pool: asyncpg.Pool, *, within: float = ACQUIRE_SECONDS) -> AsyncIterator[Connection]:
    """Borrow a connection for one statement that is its own transaction: no time limit cuts it off half way."""
    async with acquired(pool, within=within) as connection:
        with suspended():
            yield connection


@asynccontextmanager
async def transaction(
    pool: asyncpg.Pool,
    *,
    isolation: Isolation | None = None,
    within: float = ACQUIRE_SECONDS,
) -> AsyncIterator[Connection]:
    """Open a transaction on a connection of the pool: committed at the end, undone when the block raises.

    A :func:`~shared.db.time_limit.time_limit` does not cut the commit off. Raises :class:`Unavailable` when no
    connection is free ``within`` seconds, :class:`CommitUnknown` when it is unknown whether it was committed.
    """
    async with acquired(pool, within=within) as connection:
        begun = Begun(connection, isolation)
        try:
            yield connection
        except BaseException:
            await begun.rollback()
            raise
        if not begun.has_ended:
            with suspended():
                await _commit(begun)


async def _commit(begun: Begun) -> None:
    with _unknown_where_lost():
        await begun.commit()


async def fetch_and_commit(connection: Connection, statement: str, *arguments: Any) -> list[Any]:
    """Run the last statement of a :func:`transaction`, and commit with it where that is possible; return its rows.

    Nothing may depend on what it returns: where it raises, all is undone, and where it returns, all is done. Where the
    connection has not run it before, the commit comes at the end of the transaction's block. Raises
    :class:`CommitUnknown` as the end of the block does.
    """
    begun = begun_on(connection)
    if begun is None or not begun.knows(statement):
        return list(await connection.fetch(statement, *arguments))
    with suspended(), _unknown_where_lost():
        return await begun.fetch_and_commit(statement, arguments)


@contextmanager
def _unknown_where_lost() -> Iterator[None]:
    try:
        yield
    except asyncpg.InterfaceError:
        # The driver knows that the connection is closed, and has not sent the commit: nothing was done.
        raise
    except Exception as error:
        if is_connection_lost(error) or isinstance(error, TimeoutError):
            raise CommitUnknown(f"{type(error).__name__} during the commit") from error
        raise


async def repeat_on_conflict(block: Callable[[], Awaitable[T]], *, attempts: int = 5) -> T:
    """Run ``block`` (one whole transaction, safe to repeat), again when it met a serialization failure or a deadlock.

    Raises what the last attempt raised.
    """
    for attempt in range(1, attempts):
        try:
            return await block()
        except CONFLICTS:
            # Jitter, so that the same transactions do not meet again.
            await asyncio.sleep(random.uniform(0.005, 0.02) * 2**attempt)  # noqa: S311 - no secret
    return await block()
