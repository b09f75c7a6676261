"""Handing out a connection that is free, and taking it back, without a task, a time limit or a round trip.

The driver's pool waits under a time limit for each connection, and takes each back in a task of its own. Where one is
free and comes back clean, nothing has to be waited for: this does what the pool does then, with the pool's own records,
so that both see the same. Anything else is the pool's: none is free, it has to connect, or what comes back is in a
transaction, being cancelled, closed, listening or worn out. What the pool would have reset, so, the pool does reset.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakKeyDictionary

from asyncpg import Pool
from asyncpg.pool import PoolConnectionProxy

_in_line: "WeakKeyDictionary[asyncio.Queue[Any], int]" = WeakKeyDictionary()
"""How many wait for a connection in the queue of each pool."""


@asynccontextmanager
async def in_line(pool: Pool) -> AsyncIterator[None]:
    """Wait for the pool, behind those who wait already: whoever was woken for a connection picks it up before."""
    records: Any = pool
    queue = records._queue
    before = _in_line.get(queue, 0)
    _in_line[queue] = before + 1
    try:
        if before:
            await asyncio.sleep(0)
        yield
    finally:
        _in_line[queue] -= 1


def take(pool: Pool) -> "PoolConnectionProxy[Any] | None":
    """Return a connection that is free and connected, the one that came back last; None where there is none.

    None as well while others wait: one that has come back and that they have not picked up yet is theirs.
    """
    records: Any = pool
    queue = records._queue
    if not records._initialized or records._closing or queue.empty() or _in_line.get(queue):
        return None
    holder = queue.get_nowait()
    connection = holder._con
    if connection is None or connection.is_closed() or holder._generation != records._generation:
        queue.put_nowait(holder)
        return None
    holder._maybe_cancel_inactive_callback()
    proxy: PoolConnectionProxy[Any] = PoolConnectionProxy(holder, connection)
    holder._proxy = proxy
    holder._in_use = records._loop.create_future()
    holder._timeout = None
    return proxy


def give_back(pool: Pool, proxy: "PoolConnectionProxy[Any]") -> bool:
    """Give a connection back that is as it was; False where the pool has to look after it first."""
    records: Any = pool
    lent: Any = proxy
    connection, holder = lent._con, lent._holder
    if connection is None or not _is_clean(connection, holder, records):
        return False
    # Whatever was made with it (a statement, a cursor) is of no use to anybody from now on.
    connection._pool_release_ctr += 1
    holder._timeout = None
    holder._release()
    holder._setup_inactive_callback()
    return True


def _is_clean(connection: Any, holder: Any, records: Any) -> bool:
    protocol = connection._protocol
    return not (
        connection.is_closed()
        or protocol.is_in_transaction()
        or connection._top_xact is not None
        or protocol._is_cancelling()
        or connection._listeners
        or connection._log_listeners
        or protocol.queries_count >= holder._max_queries
        or holder._generation != records._generation
        or records._closing
    )
