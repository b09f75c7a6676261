"""Running a command's asynchronous part, with the errors of a missing system in words that help."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg

from ops.console import fail
from ops.system import RunningSystem, find_system

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end; what is wrong with a connection becomes one line."""
    try:
        return asyncio.run(work)
    except (OSError, TimeoutError) as error:
        fail(f"cannot connect: {error or type(error).__name__}; is the system running? (./dev up)")
    except (asyncpg.InvalidCatalogNameError, asyncpg.UndefinedTableError) as error:
        fail(f"the database is not ready: {error}; ./dev up prepares it")
    except asyncpg.PostgresError as error:
        fail(f"the database refuses: {error}")


@asynccontextmanager
async def database(service: str, system: RunningSystem | None = None) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """Connect to a service's database; everything done inside is one transaction."""
    connection = await asyncpg.connect((system or find_system()).database_url(service), timeout=10)
    try:
        async with connection.transaction():
            yield connection
    finally:
        await connection.close()
