"""How a day goes: by unit, collector and route, and by hour; what to look after meanwhile."""

import asyncio
from datetime import date

from pydantic import Field

from services.gateway.api.customers import FURTHEST_DAY, DayOutOfRange, DayQuery
from services.gateway.day_figures import DayFigures
from services.gateway.day_hours import DayHours
from services.gateway.day_signs import UnitSigns
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import OFFICE
from services.gateway.domain.staff import READERS, StaffMember
from services.gateway.edge.operation import AnyOperation, Call, Caller, Operation
from services.gateway.edge.types import Nothing, Outgoing, TypedUnitCode
from shared.clock import business_day
from shared.problems import NotFound

TAG = "days"


class DayView(Outgoing):
    """A day by routes; sums by collector and by unit are the caller's."""

    day: date
    figures: list[DayFigures]
    signs: list[UnitSigns] = Field(default_factory=list)
    """What to look after now, by unit; empty for any other day than the present one."""


class HoursQuery(DayQuery):
    """Which day, and of whom."""

    unit_code: TypedUnitCode | None = Field(default=None, description="Left out: all units of who asks.")


class HoursView(Outgoing):
    """A day and those before it by hours, the first day first."""

    days: list[DayHours]


def _units(who: Caller) -> list[str]:
    return who.unit_codes if isinstance(who, StaffMember) else []


def _day(query: DayQuery, dependencies: Dependencies) -> date:
    """Return the day that is asked for. Raises :class:`~services.gateway.api.customers.DayOutOfRange`."""
    day, today = query.day, business_day(dependencies.clock())
    if abs(day - today) > FURTHEST_DAY:
        raise DayOutOfRange("Ngày quá xa hôm nay.", facts={"day": day.isoformat(), "today": today.isoformat()})
    return day


async def read(call: Call[Nothing, DayQuery, None], dependencies: Dependencies) -> DayView:
    """Read the figures of a day."""
    units, day = _units(call.who), _day(call.query, dependencies)
    if day != business_day(dependencies.clock()):
        return DayView(day=day, figures=await dependencies.days.figures(day, units, dependencies))
    figures, signs = await asyncio.gather(
        dependencies.days.figures(day, units, dependencies), dependencies.signs.signs(units, dependencies)
    )
    return DayView(day=day, figures=figures, signs=signs)


async def read_hours(call: Call[Nothing, HoursQuery, None], dependencies: Dependencies) -> HoursView:
    """Read what was paid by hour, on a day and those before it."""
    day, unit = _day(call.query, dependencies), call.query.unit_code
    if unit is not None and isinstance(call.who, StaffMember) and not call.who.sees_unit(unit):
        raise NotFound("Không có điện lực này.")
    units = _units(call.who) if unit is None else [unit]
    return HoursView(days=await dependencies.hours.days_until(day, units, dependencies))


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="GET",
        path="/v1/day",
        name="getDay",
        tag=TAG,
        summary="Read how a day goes, by route",
        description=(
            "Who is due, was visited, promised, was away or was sent to a collection point, what was paid and how, and "
            "what is still owed (at present, whatever the day). Seconds old at most; reading it often costs little. "
            "Browsers of the office are told of changes by server-sent events at `/v1/day/events`."
        ),
        handler=read,
        query_model=DayQuery,
        answer=DayView,
        roles=OFFICE,
        staff=READERS,
        problems=(DayOutOfRange,),
    ),
    Operation(
        method="GET",
        path="/v1/day/hours",
        name="getHoursOfDay",
        tag=TAG,
        summary="Read what was paid in each hour of a day and of the seven days before it",
        handler=read_hours,
        query_model=HoursQuery,
        answer=HoursView,
        roles=OFFICE,
        staff=READERS,
        problems=(DayOutOfRange, NotFound),
    ),
]
