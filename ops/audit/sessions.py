"""Sessions of an audit in the services' databases."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg

T = TypeVar("T")

_SETTINGS = {"timezone": "UTC", "idle_in_transaction_session_timeout": "0"}


@asynccontextmanager
async def session(database_urls: Mapping[str, str], service: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """Connect to a service's database for the time of the block.

    In UTC, because histories hold moments as text; a snapshot may wait for as long as other databases are read. Raises
    asyncpg's errors and ``OSError`` when it is not there.
    """
    connection = await asyncpg.connect(database_urls[service], timeout=10, server_settings=_SETTINGS)
    try:
        yield connection
    finally:
        await connection.close()


async def together(*parts: Coroutine[Any, Any, T]) -> list[T]:
    """Do several parts at once: what a database server computes goes on beside what is compared here.

    Raises what the first of them raises; the others are cancelled, and have ended.
    """
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
