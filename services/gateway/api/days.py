"""How a day goes: by unit, collector and route."""

from datetime import date

from services.gateway.api.customers import FURTHEST_DAY, DayOutOfRange, DayQuery
from services.gateway.day_figures import DayFigures
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import OFFICE
from services.gateway.domain.staff import READERS, StaffMember
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.types import Nothing, Outgoing
from shared.clock import business_day

TAG = "days"


class DayView(Outgoing):
    """A day by routes; sums by collector and by unit are the caller's."""

    day: date
    figures: list[DayFigures]


async def read(call: Call[Nothing, DayQuery, None], dependencies: Dependencies) -> DayView:
    """Read the figures of a day."""
    units = call.who.unit_codes if isinstance(call.who, StaffMember) else []
    day, today = call.query.day, business_day(dependencies.clock())
    if abs(day - today) > FURTHEST_DAY:
        raise DayOutOfRange("Ngày quá xa hôm nay.", facts={"day": day.isoformat(), "today": today.isoformat()})
    return DayView(day=day, figures=await dependencies.days.figures(day, units, dependencies))


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="GET",
        path="/v1/day",
        name="getDay",
        tag=TAG,
        summary="Read how a day goes, by route",
        description=(
            "Who is due, was visited, promised, was away or was sent to a collection point, what was paid and how, and "
            "what is still owed (at present, whatever the day). Seconds old at most; reading it often costs little."
        ),
        handler=read,
        query_model=DayQuery,
        answer=DayView,
        roles=OFFICE,
        staff=READERS,
        problems=(DayOutOfRange,),
    ),
]
