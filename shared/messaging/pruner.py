"""Drops what the outbox and the inbox have kept for long enough, and makes their next partitions."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import structlog
from pydantic import SecretStr

from shared import metrics
from shared.db.partitions import look_after, missing_partitions
from shared.messaging.database_session import DATABASE_AWAY, database_session

ARCHIVE_DAYS = 30
"""How long sent events and the ids of consumed events are kept at least (shared/db/sql/0015, 0016)."""

PRUNE_SECONDS = 3600.0
"""How often it is looked for what is old; the first time when the service starts."""

RETRY_SECONDS = 60.0
"""When it is looked again where the database was away, or somebody held a lock."""

log = structlog.get_logger(__name__)


class Pruner:
    """Looks after the partitions of one database in a session of its own, every hour.

    ``kept``: table → for how long its rows are kept, where that is a setting.
    """

    def __init__(
        self, database_url: SecretStr, service: str, *, instance: str, kept: Mapping[str, timedelta] | None = None
    ) -> None:
        self._database_url = database_url
        self._service = service
        self._session_name = f"{service} pruner {instance}"
        self._kept = kept or {}

    async def run(self) -> None:
        """Look again and again; never returns."""
        while True:
            pause = PRUNE_SECONDS
            try:
                if not await self._look():
                    pause = RETRY_SECONDS
            except DATABASE_AWAY as error:
                pause = RETRY_SECONDS
                log.warning("archive_not_pruned", error=type(error).__name__, retry_seconds=pause)
            await asyncio.sleep(pause)

    async def _look(self) -> bool:
        """Look after all tables; return whether nothing is left to be done."""
        async with database_session(self._database_url, name=self._session_name) as connection:
            made, dropped, postponed = await look_after(connection, self._kept)
            missing = await missing_partitions(connection)
        for table, count in missing.items():
            metrics.PARTITIONS_MISSING.labels(self._service, table).set(count)
        if made or dropped:
            log.info("partitions_changed", made=made, dropped=dropped)
        if postponed:
            # A long transaction, such as an audit's, reads these tables. Events go on meanwhile.
            log.info("partitions_postponed", tables=postponed, retry_seconds=RETRY_SECONDS)
        return not postponed
