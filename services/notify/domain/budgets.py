"""What may be spent on SMS, and what waits where it has been. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from services.notify.domain.causes import Cause
from services.notify.domain.kinds import Kind
from services.notify.domain.reminders import DueReminder, Priority
from services.notify.domain.verdict import Limits, Postpone
from shared.clock import VIETNAM, business_day


@dataclass(frozen=True)
class Spent:
    """Đồng for SMS that were, or may have been, sent."""

    today: int = 0
    this_month: int = 0

    def plus(self, cost: int) -> "Spent":
        """Return what is spent with one SMS more."""
        return Spent(self.today + cost, self.this_month + cost)


@dataclass(frozen=True)
class Budget:
    """What may be spent, đồng, by days and months of Vietnam's calendar. All SMS count; only messages in bulk wait.

    None: no limit.
    """

    per_day: int | None = None
    per_month: int | None = None

    @property
    def is_set(self) -> bool:
        """Whether there is any limit."""
        return self.per_day is not None or self.per_month is not None

    def resumes_on(self, today: date, spent: Spent, cost: int) -> date | None:
        """Return the day until which an SMS of this cost has to wait; None: it fits now, or costs nothing."""
        if cost and _is_exceeded(self.per_month, spent.this_month + cost):
            return (today.replace(day=1) + timedelta(days=32)).replace(day=1)
        if cost and _is_exceeded(self.per_day, spent.today + cost):
            return today + timedelta(days=1)
        return None


def waits_for_budget(due: DueReminder, limits: Limits, moment: datetime) -> bool:
    """Whether a budget stops a reminder: in bulk, and not demanded by law."""
    return due.priority is Priority.BULK and not limits.rule(due.template, due.unit_code, moment).required_by_law


def postponed(due: DueReminder, limits: Limits, moment: datetime, resumes_on: date) -> Postpone:
    """Return how a reminder waits until a day opens; one of a campaign is of use for as long as its rule plans it."""
    rule = limits.rule(due.template, due.unit_code, moment)
    hours = limits.hours_of(rule)
    until = hours.earliest(datetime.combine(resumes_on, time(), VIETNAM), due.reminder_id)
    expires_at = None
    # The hour of the cut stands in a cut warning: it has to leave in time, or not at all.
    if due.template != Kind.CUT_WARNING and due.debt_due_on is not None and rule.days is not None:
        last_day = due.debt_due_on + timedelta(days=rule.days + rule.within_days)
        if business_day(until) <= last_day:
            expires_at = datetime.combine(business_day(until), hours.closes, VIETNAM)
    return Postpone(until.astimezone(moment.tzinfo), Cause.BUDGET, expires_at)


def _is_exceeded(limit: int | None, spent: int) -> bool:
    return limit is not None and spent > limit
