"""Deletes what is kept for a limited time: what payers wrote on transfers once money is settled, photos of slips."""

from datetime import timedelta
from typing import NoReturn

import structlog
from asyncpg import Pool

from services.billing.store.bank_credits import delete_codes, delete_texts
from services.billing.store.hand_ins import delete_photos
from shared.clock import Clock
from shared.db.retention import DELETE_SECONDS, delete_all, keep_deleting

CODES_KEPT = timedelta(days=60)
"""How long a bank credit finds the customer by the reference of a shown code."""

PHOTOS_KEPT = timedelta(days=180)
"""How long photos of deposit slips are kept."""

log = structlog.get_logger(__name__)


class Retention:
    """Deletes the texts of bank credits, codes that phones have shown and photos of deposit slips, again and again."""

    def __init__(self, pool: Pool, *, texts_kept: timedelta, clock: Clock, seconds: float = DELETE_SECONDS) -> None:
        self._pool = pool
        self._texts_kept = texts_kept
        self._clock = clock
        self._seconds = seconds

    async def run(self) -> NoReturn:
        """Delete every hour; never returns."""
        await keep_deleting(self.delete, self._seconds)

    async def delete(self) -> int:
        """Delete all texts, shown codes and photos that are too old now; return how many."""
        now = self._clock()
        texts = await delete_all(self._pool, delete_texts, now - self._texts_kept)
        codes = await delete_all(self._pool, delete_codes, now - CODES_KEPT)
        photos = await delete_all(self._pool, delete_photos, now - PHOTOS_KEPT)
        if texts or codes or photos:
            log.info("retention_ended", texts=texts, codes=codes, photos=photos)
        return texts + codes + photos
