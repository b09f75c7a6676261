"""Sessions of an audit in the services' databases."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

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
