"""A database session for one duty: a duty that waits for the database must not hold up the others."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from pydantic import SecretStr

from shared.db.pool import connect

DATABASE_AWAY = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
"""What the database or its driver may raise when a connection is lost."""


@asynccontextmanager
async def database_session(database_url: SecretStr, *, name: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """Open a connection for the time of the block; ``name`` is what ``pg_stat_activity`` shows."""
    connection = await connect(database_url, application_name=name)
    try:
        yield connection
    finally:
        with contextlib.suppress(*DATABASE_AWAY):
            await connection.close(timeout=2)
