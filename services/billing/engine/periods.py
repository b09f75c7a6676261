"""Days, months, and the parts of a period under each price.

Quotas are per month, so a period is measured in months: whole months count one each, and the days left over are divided
by T, the calendar days of the month that contains the first day of the period. A calendar month and 22/06-21/07 are
both exactly one month; 35 days from 01/06 are 1 + 5/30.

Periods that start on the 29th to the 31st: a month runs from day d to the day before day d of the next month, and where
that month has no day d the count runs on past its end (the "31st of April" is 1 May). The first month therefore always
has T days, whatever day it starts on, so the rule agrees with days/T for every period of up to a month.
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

from services.billing.engine.models import Cut, PricePart
from services.billing.errors import BillingError
from services.billing.tariffs.models import Tariffs

_DAY = timedelta(days=1)


def days_between(first: date, last: date) -> int:
    """Return the days from ``first`` to ``last``, both included."""
    return (last - first).days + 1


def month_days(day: date) -> int:
    """Return the calendar days of the month of ``day``."""
    return monthrange(day.year, day.month)[1]


def months_later(first: date, months: int) -> date:
    """Return the first day that no longer belongs to the ``months`` months from ``first``."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1) + timedelta(days=first.day - 1)


def months_between(first: date, last: date) -> tuple[int, int]:
    """Return the whole months from ``first`` to ``last`` (both included) and the days left over."""
    end = last + _DAY
    months = max(0, (end.year - first.year) * 12 + end.month - first.month)
    while months and months_later(first, months) > end:
        months -= 1
    return months, (end - months_later(first, months)).days


@lru_cache(maxsize=4096)
def quota_months(first: date, last: date, cut_days: int = 0) -> Fraction:
    """Return for how many months a period has quotas, days without supply left out."""
    months, days = months_between(first, last)
    return max(Fraction(0), months + Fraction(days - cut_days, month_days(first)))


def price_parts(
    first: date, last: date, tariffs: Tariffs, *, cuts: Sequence[Cut], cut_days: int, change_days: Sequence[date]
) -> tuple[PricePart, ...]:
    """Return the parts of the period under each price decision.

    A period that ends exactly on the day of a price change, without a reading on that day, is all at the old price.
    """
    decisions = tariffs.decisions_between(first, last)
    if len(decisions) > 1 and decisions[-1].in_force_from == last and last not in change_days:
        decisions = decisions[:-1]
    if len(decisions) == 1 and not cuts:
        if change_days:
            _refuse_change_reading(change_days[0])
        supplied = days_between(first, last) - cut_days
        return (PricePart(first, last, decisions[0], supplied, quota_months(first, last, cut_days)),)

    starts = [first, *(decision.in_force_from for decision in decisions[1:])]
    for day in change_days:
        if day not in starts[1:]:
            _refuse_change_reading(day)
    if cut_days and len(starts) > 1:
        raise BillingError("cut-dates-needed", "the price changed in this period: give the dates of the supply cut")
    ends = [*(start - _DAY for start in starts[1:]), last]
    whole = quota_months(first, last, _cut_days(cuts, first, last))
    parts: list[PricePart] = []
    months = Fraction(0)
    for start, end, decision in zip(starts, ends, decisions, strict=True):
        # Days divided by the 28 of a February can exceed the month that they become: never more than the whole.
        months = max(months, min(whole, quota_months(first, end, _cut_days(cuts, first, end))))
        supplied = days_between(start, end) - _cut_days(cuts, start, end)
        parts.append(PricePart(start, end, decision, supplied, months))
    return tuple(parts)


def _cut_days(cuts: Sequence[Cut], first: date, last: date) -> int:
    return sum(max(0, days_between(max(first, cut.first), min(last, cut.last))) for cut in cuts)


def _refuse_change_reading(day: date) -> None:
    raise BillingError("unexpected-change-reading", f"no price changes on {day} within this period")
