"""Deletes what is kept for a limited time: photos of meters, and complaints that were settled long ago."""

from datetime import timedelta
from typing import NoReturn

import structlog
from asyncpg import Pool

from services.customer.store.reading_complaints import delete_complaints, delete_photos
from shared.clock import Clock
from shared.db.retention import DELETE_SECONDS, delete_all, keep_deleting

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

    async def run(self) -> NoReturn:
        """Delete every hour; never returns."""
        await keep_deleting(self.delete, self._seconds)

    async def delete(self) -> None:
        """Delete all that is too old now."""
        now = self._clock()
        photos = await delete_all(self._pool, delete_photos, now - self._photos_kept)
        complaints = await delete_all(self._pool, delete_complaints, now - self._complaints_kept)
        if photos or complaints:
            log.info("retention_ended", photos=photos, complaints=complaints)
