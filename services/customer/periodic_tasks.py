"""Removes what is kept for a limited time: photos, settled complaints, notes of visits, corrected numbers, requests."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NoReturn

from asyncpg import Pool

from services.customer.store.person_requests import delete_requests
from services.customer.store.personal_data import empty_corrections, empty_visits
from services.customer.store.reading_complaints import delete_complaints, delete_photos
from shared.clock import Clock
from shared.db.retention import DELETE_SECONDS, keep_deleting
from shared.personal_data.retention import FILE, RetentionRule, kept_for, load_retention, remove_old


class Retention:
    """Removes what is too old, again and again."""

    def __init__(
        self,
        pool: Pool,
        *,
        photos_kept: timedelta,
        complaints_kept: timedelta,
        clock: Clock,
        rules: Sequence[RetentionRule] | None = None,
        seconds: float = DELETE_SECONDS,
    ) -> None:
        self._pool = pool
        self._photos_kept = photos_kept
        self._complaints_kept = complaints_kept
        self._rules = load_retention(FILE) if rules is None else rules
        self._clock = clock
        self._seconds = seconds

    async def run(self) -> NoReturn:
        """Remove every hour; never returns."""
        await keep_deleting(self.delete, self._seconds)

    async def delete(self) -> dict[str, int]:
        """Remove all that is too old now; return how much of each kind."""
        moment = self._clock()
        return await remove_old(
            self._pool,
            {
                "customer.photos": (self._photos_kept, delete_photos),
                "customer.complaints": (self._complaints_kept, delete_complaints),
                "customer.visit_texts": (kept_for(self._rules, "customer.visit_texts", moment), empty_visits),
                "customer.phone_corrections": (
                    kept_for(self._rules, "customer.phone_corrections", moment),
                    empty_corrections,
                ),
                "customer.person_requests": (
                    kept_for(self._rules, "customer.person_requests", moment),
                    delete_requests,
                ),
            },
            self._clock,
        )
