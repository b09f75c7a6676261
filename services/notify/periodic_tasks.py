"""Deletes what is kept for a limited time: photos of meters at which orders were carried out."""

from datetime import timedelta
from typing import NoReturn

import structlog
from asyncpg import Pool

from services.notify.store.cut_orders import delete_photos
from shared.clock import Clock
from shared.db.retention import DELETE_SECONDS, delete_all, keep_deleting

PHOTOS_KEPT = timedelta(days=180)
"""How long they are kept: whoever was cut off complains within that time."""

log = structlog.get_logger(__name__)


class Retention:
    """Deletes photos again and again."""

    def __init__(self, pool: Pool, *, clock: Clock, seconds: float = DELETE_SECONDS) -> None:
        self._pool = pool
        self._clock = clock
        self._seconds = seconds

    async def run(self) -> NoReturn:
        """Delete every hour; never returns."""
        await keep_deleting(self.delete, self._seconds)

    async def delete(self) -> int:
        """Delete all photos that are too old now; return how many."""
        photos = await delete_all(self._pool, delete_photos, self._clock() - PHOTOS_KEPT)
        if photos:
            log.info("retention_ended", photos=photos)
        return photos
