"""Removes what is kept for a limited time: photos of meters, links of invoices, numbers and texts of messages.

And what came back of people who wanted to be forgotten, with events from before.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import NoReturn

from asyncpg import Pool

from services.notify.store.cut_orders import delete_photos
from services.notify.store.issued_invoices import delete_invoices
from services.notify.store.personal_data import empty_messages, remove_again
from shared.clock import Clock
from shared.db.retention import DELETE_SECONDS, keep_deleting
from shared.personal_data.retention import FILE, RetentionRule, kept_for, load_retention, remove_old

REMOVED_AGAIN = timedelta(days=40)
"""For so long events from before a person was erased may still come: longer than the archive of events is kept."""


class Retention:
    """Removes what is too old, again and again."""

    def __init__(
        self,
        pool: Pool,
        *,
        clock: Clock,
        rules: Sequence[RetentionRule] | None = None,
        seconds: float = DELETE_SECONDS,
    ) -> None:
        self._pool = pool
        self._rules = load_retention(FILE) if rules is None else rules
        self._clock = clock
        self._seconds = seconds

    async def run(self) -> NoReturn:
        """Remove every hour; never returns."""
        await keep_deleting(self.delete, self._seconds)

    async def delete(self) -> int:
        """Remove all that is too old now; return how much."""
        moment = self._clock()
        removed = await remove_old(
            self._pool,
            {
                "notify.order_photos": (kept_for(self._rules, "notify.order_photos", moment), delete_photos),
                "notify.issued_invoices": (kept_for(self._rules, "notify.issued_invoices", moment), delete_invoices),
                "notify.messages": (kept_for(self._rules, "notify.messages", moment), empty_messages),
                "notify.erased_people": (REMOVED_AGAIN, remove_again),
            },
            self._clock,
        )
        return sum(removed.values())
