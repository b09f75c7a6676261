"""Deletes what is kept for a limited time: what payers wrote on transfers, once the money is settled."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from asyncpg import Pool

from services.billing.store.bank_credits import delete_codes, delete_texts
from shared.clock import Clock
from shared.db import Connection, acquired
from shared.db.transaction import is_connection_lost
from shared.problems import Unavailable

DELETE_SECONDS = 3600.0
"""How often it is looked for; the first time when the service starts. Every copy does it: two hinder nobody."""

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

    async def run(self) -> None:
        """Delete every hour; never returns."""
        while True:
            try:
                await self.delete()
            except Exception as error:
                # Whatever it is: money is recorded all the same, and it is tried again.
                if isinstance(error, Unavailable) or is_connection_lost(error):
                    log.warning("retention_postponed", error=type(error).__name__)
                else:
                    log.exception("retention_failed")
            await asyncio.sleep(self._seconds)

    async def delete(self) -> int:
        """Delete all texts and shown codes that are too old now; return how many."""
        now = self._clock()
        texts = await self._delete_all(delete_texts, now - self._texts_kept)
        codes = await self._delete_all(delete_codes, now - CODES_KEPT)
        if texts or codes:
            log.info("retention_ended", texts=texts, codes=codes)
        return texts + codes

    async def _delete_all(self, delete_some: Callable[[Connection, datetime], Awaitable[int]], before: datetime) -> int:
        total = 0
        while True:
            async with acquired(self._pool) as connection:
                deleted = await delete_some(connection, before)
            total += deleted
            if not deleted:
                return total
