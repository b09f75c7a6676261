"""What has been spent on SMS, known exactly before each batch and without a sum over the month each time."""

from datetime import UTC, date, datetime, timedelta

from services.notify.delivery.circumstances import midnight_before
from services.notify.domain.budgets import Budget, Spent
from services.notify.store.costs import lock_spending, spent_between
from shared.clock import business_day
from shared.db import Connection

_SETTLED_AFTER = timedelta(minutes=3)
"""Attempts that began so long ago have an outcome: calls last a minute at most, and recording it half a minute."""
_KEPT_FOR = timedelta(minutes=1)
"""For so long the sum of settled attempts is not read again. A late report may still change one of them."""


class Expenses:
    """The expenses of all copies, as one of them reads it."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self._day = date.min
        self._until = datetime.min.replace(tzinfo=UTC)
        self._settled = Spent()

    async def lock(self, connection: Connection, moment: datetime) -> Spent:
        """Let no other copy begin attempts in bulk before the transaction ends; return what is spent until now."""
        await lock_spending(connection)
        midnight = midnight_before(moment)
        month = midnight.replace(day=1)
        if self._day != business_day(moment) or not (timedelta() <= moment - self._until - _SETTLED_AFTER < _KEPT_FOR):
            until = moment - _SETTLED_AFTER
            self._settled = await spent_between(connection, month, midnight, until)
            self._day, self._until = business_day(moment), until
        since = max(self._until, month)
        recent = await spent_between(connection, since, max(since, midnight), None)
        return Spent(self._settled.today + recent.today, self._settled.this_month + recent.this_month)
