"""Deletes what is kept for a limited time: photos of meters, and complaints that were settled long ago."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from asyncpg import Pool

from services.customer.store.reading_complaints import delete_complaints, delete_photos
from shared.clock import Clock
from shared.db import Connection, acquired
from shared.db.transaction import is_connection_lost
from shared.problems import Unavailable

DELETE_SECONDS = 3600.0
"""How often they are looked for; the first time when the service starts. Every copy does it: two hinder nobody."""

log = structlog.get_logger(__name__)


class Retention:
    """Deletes old photos and complaints again and again."""

    def __init__(
        self,
        pool: Pool,
        *,
        photos_kept: timedelta,
        complaints_kept: timedelta,
        clock: Clock,
        seconds: float = DELETE_SECONDS,
    ) -> None:
        self._pool = pool
        self._photos_kept = photos_kept
        self._complaints_kept = complaints_kept
        self._clock = clock
        self._seconds = seconds

    async def run(self) -> None:
        """Delete every hour; never returns."""
        while True:
            try:
                await self.delete()
            except Exception as error:
                # Whatever it is: visits are recorded all the same, and it is tried again.
                if isinstance(error, Unavailable) or is_connection_lost(error):
                    log.warning("retention_postponed", error=type(error).__name__)
                else:
                    log.exception("retention_failed")
            await asyncio.sleep(self._seconds)

    async def delete(self) -> None:
        """Delete all that is too old now."""
        now = self._clock()
        photos = await self._delete_all(delete_photos, now - self._photos_kept)
        complaints = await self._delete_all(delete_complaints, now - self._complaints_kept)
        if photos or complaints:
            log.info("retention_ended", photos=photos, complaints=complaints)

    async def _delete_all(self, delete_some: Callable[[Connection, datetime], Awaitable[int]], before: datetime) -> int:
        total = 0
        while True:
            async with acquired(self._pool) as connection:
                deleted = await delete_some(connection, before)
            total += deleted
            if not deleted:
                return total
