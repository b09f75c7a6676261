"""Deletes what is kept for a limited time, some at a time, again and again; every copy does it: two hinder nobody."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import NoReturn

import structlog
from asyncpg import Pool

from shared.db import Connection, acquired
from shared.db.transaction import is_connection_lost
from shared.problems import Unavailable

DELETE_SECONDS = 3600.0
"""How often it is looked for; the first time when the service starts."""

log = structlog.get_logger(__name__)

DeleteSome = Callable[[Connection, datetime], Awaitable[int]]
"""Deletes some of what is older than a moment; returns how many, 0 when nothing is left."""


async def keep_deleting(delete: Callable[[], Awaitable[object]], seconds: float = DELETE_SECONDS) -> NoReturn:
    """Delete every so many seconds. What goes wrong is logged and tried again: other work goes on all the same."""
    while True:
        try:
            await delete()
        except Exception as error:
            if isinstance(error, Unavailable) or is_connection_lost(error):
                log.warning("retention_postponed", error=type(error).__name__)
            else:
                log.exception("retention_failed")
        await asyncio.sleep(seconds)


async def delete_all(pool: Pool, delete_some: DeleteSome, before: datetime) -> int:
    """Delete all that is older than ``before``, each part with a connection of its own; return how many."""
    total = 0
    while True:
        async with acquired(pool) as connection:
            deleted = await delete_some(connection, before)
        total += deleted
        if not deleted:
            return total
