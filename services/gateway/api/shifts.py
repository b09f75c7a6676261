"""Shifts: a collector's working day with the cash box."""

from typing import Annotated, Literal

from pydantic import Field

from services.gateway.access import require_before_leaving
from services.gateway.api import refusals
from services.gateway.api.customers import CollectorPath
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import COLLECTOR_ONLY, OFFICE
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.types import Id, Incoming, IncomingMoment, Line, Nothing
from shared.contracts.billing import CloseShift, GetShift, OpenShift, ShiftReply
from shared.problems import NotFound, SameIdOtherContent

TAG = "shifts"

Denomination = Literal["500000", "200000", "100000", "50000", "20000", "10000", "5000", "2000", "1000", "500", "200"]
Cash = Annotated[int, Field(ge=0, le=10**12)]


class ShiftPath(Incoming):
    """One shift."""

    shift_id: Id


class CollectorsShiftPath(CollectorPath):
    """One shift of one collector."""

    shift_id: Id


class ShiftOpening(Incoming):
    """The cash box as it is taken over."""

    opening_float: Cash = Field(default=0, description="Change that the collector starts with, đồng.")
    opened_at: IncomingMoment


class ShiftClosing(Incoming):
    """The cash box as it is counted."""

    counted_cash: Cash = Field(description="Everything in the box, the float included, đồng.", examples=[1475000])
    denominations: dict[Denomination, Annotated[int, Field(ge=0, le=10**6)]] = Field(
        default={}, description="Number of notes of each value; must add up to `counted_cash` when given."
    )
    explanation: Line = Field(default="", description="Needed when the count differs from the books.")
    closed_at: IncomingMoment


async def open_shift(call: Call[Nothing, Nothing, ShiftOpening], dependencies: Dependencies) -> ShiftReply:
    """Open the calling collector's shift."""
    require_before_leaving(call.device, call.body.opened_at)
    return await dependencies.request(
        OpenShift(
            shift_id=call.key,
            collector_code=call.collector_code,
            opening_float=call.body.opening_float,
            opened_at=call.body.opened_at,
        )
    )


async def current(call: Call[Nothing, Nothing, None], dependencies: Dependencies) -> ShiftReply:
    """Read the calling collector's open shift."""
    return await dependencies.request(GetShift(collector_code=call.collector_code))


async def read(call: Call[ShiftPath, Nothing, None], dependencies: Dependencies) -> ShiftReply:
    """Read one of the calling collector's shifts."""
    return await dependencies.request(GetShift(collector_code=call.collector_code, shift_id=call.path.shift_id))


async def close(call: Call[ShiftPath, Nothing, ShiftClosing], dependencies: Dependencies) -> ShiftReply:
    """Close the calling collector's shift; the slip is printed on the calling phone's printer."""
    return await dependencies.request(
        CloseShift(
            shift_id=call.path.shift_id,
            collector_code=call.collector_code,
            counted_cash=call.body.counted_cash,
            denominations=dict(call.body.denominations),
            explanation=call.body.explanation,
            closed_at=call.body.closed_at,
            device_id=call.device.device_id,
        )
    )


async def collectors_current(call: Call[CollectorPath, Nothing, None], dependencies: Dependencies) -> ShiftReply:
    """Read a collector's open shift."""
    return await dependencies.request(GetShift(collector_code=call.path.collector_code))


async def close_for(call: Call[CollectorsShiftPath, Nothing, ShiftClosing], dependencies: Dependencies) -> ShiftReply:
    """Close a collector's shift at the cashier's desk."""
    return await dependencies.request(
        CloseShift(
            shift_id=call.path.shift_id,
            collector_code=call.path.collector_code,
            counted_cash=call.body.counted_cash,
            denominations=dict(call.body.denominations),
            explanation=call.body.explanation,
            closed_at=call.body.closed_at,
        )
    )


_CLOSING_PROBLEMS = (
    SameIdOtherContent,
    refusals.SHIFT_ALREADY_CLOSED,
    refusals.BAD_DENOMINATIONS,
    refusals.DENOMINATIONS_DO_NOT_ADD_UP,
    refusals.DIFFERENCE_NOT_EXPLAINED,
)

OPERATIONS: list[AnyOperation] = [
    Operation(
        method="POST",
        path="/v1/shifts",
        name="openShift",
        tag=TAG,
        summary="Open a shift",
        handler=open_shift,
        body=ShiftOpening,
        key="shift_id",
        status=201,
        answer=ShiftReply,
        roles=COLLECTOR_ONLY,
        open_to_leavers=True,
        problems=(
            NotFound,
            refusals.SHIFT_ALREADY_OPEN,
            SameIdOtherContent,
        ),
    ),
    Operation(
        method="GET",
        path="/v1/shifts/current",
        name="getCurrentShift",
        tag=TAG,
        summary="Read the open shift with its totals up to now",
        handler=current,
        answer=ShiftReply,
        roles=COLLECTOR_ONLY,
        problems=(NotFound,),
    ),
    Operation(
        method="GET",
        path="/v1/shifts/{shift_id}",
        name="getShift",
        tag=TAG,
        summary="Read a shift",
        handler=read,
        path_model=ShiftPath,
        answer=ShiftReply,
        roles=COLLECTOR_ONLY,
    ),
    Operation(
        method="POST",
        path="/v1/shifts/{shift_id}/closing",
        name="closeShift",
        tag=TAG,
        summary="Close a shift with the counted cash",
        description="A shift is closed once: repeating the same closing gives the same answer.",
        handler=close,
        path_model=ShiftPath,
        body=ShiftClosing,
        answer=ShiftReply,
        roles=COLLECTOR_ONLY,
        problems=_CLOSING_PROBLEMS,
    ),
    Operation(
        method="GET",
        path="/v1/collectors/{collector_code}/shift",
        name="getCollectorsShift",
        tag=TAG,
        summary="Read a collector's open shift",
        handler=collectors_current,
        path_model=CollectorPath,
        answer=ShiftReply,
        roles=OFFICE,
    ),
    Operation(
        method="POST",
        path="/v1/collectors/{collector_code}/shifts/{shift_id}/closing",
        name="closeCollectorsShift",
        tag=TAG,
        summary="Close a collector's shift at the cashier's desk",
        handler=close_for,
        path_model=CollectorsShiftPath,
        body=ShiftClosing,
        answer=ShiftReply,
        roles=OFFICE,
        problems=_CLOSING_PROBLEMS,
    ),
]
