"""How a day goes, as customer and billing know it; kept for a moment, however many look at it."""

import asyncio
from dataclasses import dataclass, field
from datetime import date

from services.gateway.edge.types import Outgoing
from services.gateway.figure_sources import FigureSources
from shared.contracts.billing import GetDayOfPayments, RoutePayments
from shared.contracts.customer import GetDayOfRoutes, RouteFigures

LEAST_SECONDS = 1.0
SHARE_OF_TIME = 10
"""What takes a tenth of a second to be read is read at most every second."""
MOST_SECONDS = 5.0
"""So old are figures at most, unless reading them takes longer: one slow reading hides nothing for long."""


class DayFigures(Outgoing):
    """How the day goes on one route; amounts in đồng."""

    unit_code: str
    collector_code: str
    collector_name: str
    route_code: str
    due: int = 0
    visited: int = 0
    promised: int = 0
    away: int = 0
    sent_to_points: int = 0
    owing: int = 0
    owed: int = 0
    cash: int = 0
    cash_payments: int = 0
    transfers: int = 0
    transfer_payments: int = 0
    collection_points: int = 0
    collection_point_payments: int = 0


@dataclass(slots=True)
class _Kept:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    figures: list[DayFigures] = field(default_factory=list)
    begun: float = float("-inf")
    """When its reading began, by the event loop's clock."""
    until: float = float("-inf")


class DayReader:
    """Reads the figures of days: each at most once at a time, and again only after a while."""

    def __init__(self) -> None:
        self._kept: dict[tuple[date, tuple[str, ...]], _Kept] = {}

    async def figures(self, day: date, units: list[str], services: FigureSources) -> list[DayFigures]:
        """Return the figures of a day by route, of these units or, for none, of all.

        They are a second old at most, or as old as ten times what they took to be read, up to five seconds.
        """
        key = (day, tuple(units))
        now = asyncio.get_running_loop().time
        for old in [other for other, kept in self._kept.items() if other != key and kept.until < now()]:
            if not self._kept[old].lock.locked():
                del self._kept[old]
        kept = self._kept.setdefault(key, _Kept())
        async with kept.lock:
            if kept.until <= now():
                begun = now()
                kept.figures = await _read(day, units, services)
                kept.begun = begun
                kept.until = now() + pause_after(now() - begun)
            return kept.figures

    async def figures_after(
        self, moment: float, day: date, units: list[str], services: FigureSources
    ) -> list[DayFigures]:
        """Return figures whose reading began after a moment of the event loop's clock, as soon as they may be read.

        Whoever only wants the latest ones does not wait for that meanwhile.
        """
        while True:
            figures = await self.figures(day, units, services)
            kept = self._kept.get((day, tuple(units)))
            if kept is None or kept.begun >= moment:
                return figures
            await asyncio.sleep(kept.until - asyncio.get_running_loop().time())


def pause_after(took: float) -> float:
    """Return for how many seconds nothing is read again, after a reading that took so many: at least as long."""
    return max(LEAST_SECONDS, took, min(MOST_SECONDS, SHARE_OF_TIME * took))


async def _read(day: date, units: list[str], services: FigureSources) -> list[DayFigures]:
    routes, payments = await asyncio.gather(_routes(day, units, services), _payments(day, units, services))
    # Customers without a contract are on no route: theirs are of their units.
    paid = {(one.route_code, "" if one.route_code else one.unit_code): one for one in payments}
    found = [_joined(route, paid.pop((route.route_code, ""), None)) for route in routes]
    # Money of routes that are no more, or of customers without a contract, is shown all the same.
    return found + [_of_payments(one) for one in paid.values()]


async def _routes(day: date, units: list[str], services: FigureSources) -> list[RouteFigures]:
    """Read part by part: many routes do not fit into one message."""
    found: list[RouteFigures] = []
    while True:
        after = found[-1].route_code if found else None
        part = (await services.request(GetDayOfRoutes(day=day, unit_codes=units, after=after))).routes
        if not part:
            return found
        found += part


async def _payments(day: date, units: list[str], services: FigureSources) -> list[RoutePayments]:
    found: list[RoutePayments] = []
    while True:
        after = found[-1].route_code if found else None
        part = (await services.request(GetDayOfPayments(day=day, unit_codes=units, after=after))).routes
        if not part:
            return found
        found += part


def _joined(route: RouteFigures, paid: RoutePayments | None) -> DayFigures:
    money = {} if paid is None else paid.model_dump(exclude={"route_code", "unit_code", "collector_code"})
    return DayFigures(**route.model_dump(), **money)


def _of_payments(paid: RoutePayments) -> DayFigures:
    return DayFigures(**paid.model_dump(), collector_name="")
