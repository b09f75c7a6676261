"""Deletes what is kept for a limited time: what payers wrote on transfers, once the money is settled."""

from datetime import timedelta
from typing import NoReturn

import structlog
from asyncpg import Pool

from services.billing.store.bank_credits import delete_codes, delete_texts
from shared.clock import Clock
from shared.db.retention import DELETE_SECONDS, delete_all, keep_deleting

CODES_KEPT = timedelta(days=60)
"""How long a bank credit finds the customer by the reference of a shown code."""

log = structlog.get_logger(__name__)


class Retention:
    """Deletes the texts of bank credits, and codes that phones have shown, again and again."""

    def __init__(self, pool: Pool, *, texts_kept: timedelta, clock: Clock, seconds: float = DELETE_SECONDS) -> None:
        self._pool = pool
        self._texts_kept = texts_kept
        self._clock = clock
        self._seconds = seconds

    async def run(self) -> NoReturn:
        """Delete every hour; never returns."""
        await keep_deleting(self.delete, self._seconds)

    async def delete(self) -> int:
        """Delete all texts and shown codes that are too old now; return how many."""
        now = self._clock()
        texts = await delete_all(self._pool, delete_texts, now - self._texts_kept)
        codes = await delete_all(self._pool, delete_codes, now - CODES_KEPT)
        if texts or codes:
            log.info("retention_ended", texts=texts, codes=codes)
        return texts + codes
