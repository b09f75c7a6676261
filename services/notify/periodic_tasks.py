"""Deletes what is kept for a limited time: photos of meters at which orders were carried out, and links of invoices."""

from datetime import timedelta
from typing import NoReturn

import structlog
from asyncpg import Pool

from services.notify.store.cut_orders import delete_photos
from services.notify.store.issued_invoices import delete_invoices
from shared.clock import Clock
from shared.db.retention import DELETE_SECONDS, delete_all, keep_deleting

PHOTOS_KEPT = timedelta(days=180)
"""How long they are kept: whoever was cut off complains within that time."""

INVOICES_KEPT = timedelta(days=400)
"""How long it is known where invoices are looked up: a message about an older debt leads to none."""

log = structlog.get_logger(__name__)


class Retention:
    """Deletes photos and links of invoices again and again."""

    def __init__(self, pool: Pool, *, clock: Clock, seconds: float = DELETE_SECONDS) -> None:
        self._pool = pool
        self._clock = clock
        self._seconds = seconds

    async def run(self) -> NoReturn:
        """Delete every hour; never returns."""
        await keep_deleting(self.delete, self._seconds)

    async def delete(self) -> int:
        """Delete all that is too old now; return how much."""
        photos = await delete_all(self._pool, delete_photos, self._clock() - PHOTOS_KEPT)
        invoices = await delete_all(self._pool, delete_invoices, self._clock() - INVOICES_KEPT)
        if photos or invoices:
            log.info("retention_ended", photos=photos, invoices=invoices)
        return photos + invoices
