"""Deletes what is kept for a limited time: what payers wrote on transfers once money is settled, photos of slips."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NoReturn

from asyncpg import Pool

from services.billing.store.bank_credits import delete_codes, delete_texts
from services.billing.store.hand_ins import delete_photos
from shared.clock import Clock
from shared.db.retention import DELETE_SECONDS, keep_deleting
from shared.personal_data.retention import FILE, RetentionRule, kept_for, load_retention, remove_old


class Retention:
    """Deletes the texts of bank credits, codes that phones have shown and photos of deposit slips, again and again."""

    def __init__(
        self,
        pool: Pool,
        *,
        texts_kept: timedelta,
        clock: Clock,
        rules: Sequence[RetentionRule] | None = None,
        seconds: float = DELETE_SECONDS,
    ) -> None:
        self._pool = pool
        self._texts_kept = texts_kept
        self._rules = load_retention(FILE) if rules is None else rules
        self._clock = clock
        self._seconds = seconds

    async def run(self) -> NoReturn:
        """Delete every hour; never returns."""
        await keep_deleting(self.delete, self._seconds)

    async def delete(self) -> int:
        """Delete all texts, shown codes and photos that are too old now; return how many."""
        moment = self._clock()
        removed = await remove_old(
            self._pool,
            {
                "billing.bank_texts": (self._texts_kept, delete_texts),
                "billing.shown_codes": (kept_for(self._rules, "billing.shown_codes", moment), delete_codes),
                "billing.slip_photos": (kept_for(self._rules, "billing.slip_photos", moment), delete_photos),
            },
            self._clock,
        )
        return sum(removed.values())
