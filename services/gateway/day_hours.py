"""What was paid in each hour of a day and of the days before it, kept for a while, however many look at it."""

import asyncio
from dataclasses import dataclass, field
from datetime import date, timedelta

from services.gateway.edge.types import Outgoing
from services.gateway.figure_sources import FigureSources
from shared.contracts.billing import GetHoursOfPayments

DAYS_BEFORE = 7
PRESENT_SECONDS = 10.0
PAST_SECONDS = 900.0
"""A day that is over changes by reversals alone."""


class HourFigures(Outgoing):
    """What was paid within one hour; payments that were reversed are left out."""

    hour: int
    """Of the clock in Vietnam: 9 is from 09:00 to 10:00."""
    amount: int
    payments: int


class DayHours(Outgoing):
    """The hours of a day in which something was paid."""

    day: date
    hours: list[HourFigures]


@dataclass(slots=True)
class _Kept:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    hours: list[HourFigures] = field(default_factory=list)
    until: float = float("-inf")


class HourReader:
    """Reads hours of days, each at most once at a time."""

    def __init__(self) -> None:
        self._kept: dict[tuple[date, tuple[str, ...]], _Kept] = {}

    async def days_until(self, day: date, units: list[str], services: FigureSources) -> list[DayHours]:
        """Return a day with those before it, the first one first, of these units or, for none, of all."""
        days = [day - timedelta(days=back) for back in range(DAYS_BEFORE, -1, -1)]
        self._forget()
        return [
            DayHours(
                day=one, hours=await self._hours(one, units, PRESENT_SECONDS if one == day else PAST_SECONDS, services)
            )
            for one in days
        ]

    def _forget(self) -> None:
        now = asyncio.get_running_loop().time()
        for key in [key for key, kept in self._kept.items() if kept.until < now and not kept.lock.locked()]:
            del self._kept[key]

    async def _hours(self, day: date, units: list[str], seconds: float, services: FigureSources) -> list[HourFigures]:
        now = asyncio.get_running_loop().time
        kept = self._kept.setdefault((day, tuple(units)), _Kept())
        async with kept.lock:
            if kept.until <= now():
                reply = await services.request(GetHoursOfPayments(day=day, unit_codes=units))
                kept.hours = [HourFigures(**one.model_dump()) for one in reply.hours]
                kept.until = now() + seconds
            return kept.hours
