"""Deletes what the outbox and the inbox have kept for long enough."""

import asyncio

import structlog
from pydantic import SecretStr

from shared.db.pool import Connection
from shared.messaging.database_session import DATABASE_AWAY, database_session

ARCHIVE_DAYS = 30
"""How long sent events and the ids of consumed events are kept."""

PRUNE_SECONDS = 3600.0
"""How often they are pruned; the first time when the service starts."""

RETRY_SECONDS = 60.0
"""When pruning is tried again after it has failed."""

_LOCK = 0x7072756E  # "prun": of several copies, one prunes at a time

# In small transactions, so that no row is locked for long; by the clock that dated the rows, which is the database's.
_OLDEST = "now() - make_interval(days => $1)"

_DELETE_SENT = f"""
DELETE FROM outbox WHERE position IN (SELECT position FROM outbox WHERE published_at < {_OLDEST} LIMIT 5000)
"""

_DELETE_CONSUMED = f"""
DELETE FROM inbox WHERE ctid IN (SELECT ctid FROM inbox WHERE received_at < {_OLDEST} LIMIT 5000)
"""

log = structlog.get_logger(__name__)


class Pruner:
    """Prunes the archives of one database in a session of its own, every hour."""

    def __init__(self, database_url: SecretStr, service: str, *, instance: str) -> None:
        self._database_url = database_url
        self._session_name = f"{service} pruner {instance}"

    async def run(self) -> None:
        """Prune again and again; never returns."""
        while True:
            pause = PRUNE_SECONDS
            try:
                async with database_session(self._database_url, name=self._session_name) as connection:
                    if await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
                        await prune(connection)
            except DATABASE_AWAY as error:
                pause = RETRY_SECONDS
                log.warning("archive_not_pruned", error=type(error).__name__, retry_seconds=pause)
            await asyncio.sleep(pause)


async def prune(connection: Connection) -> None:
    """Delete what was sent or consumed more than :data:`ARCHIVE_DAYS` ago."""
    for statement in (_DELETE_SENT, _DELETE_CONSUMED):
        deleted = ""
        while deleted != "DELETE 0":
            deleted = await connection.execute(statement, ARCHIVE_DAYS)
