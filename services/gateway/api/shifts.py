"""Shifts: a collector's working day with the cash box."""

from typing import Annotated, Literal

from pydantic import Field

from services.gateway.access import own_shift, require_before_leaving, require_own_collector, require_own_shift
from services.gateway.api import refusals
from services.gateway.api.customers import CollectorPath
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import COLLECTOR_ONLY, OFFICE, STAFF, SUPERVISOR_ONLY
from services.gateway.domain.staff import COUNTER, MONEY_READERS, SUPERVISORS, StaffMember
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.types import (
    INTEGER,
    Cash,
    Id,
    Incoming,
    IncomingMoment,
    Line,
    Nothing,
    TypedCollectorCode,
    TypedUnitCode,
    Words,
)
from shared.contracts.billing import (
    CloseShift,
    ConfirmShift,
    DecideShift,
    GetNextShift,
    GetShift,
    GetShifts,
    NextShift,
    OpenShift,
    ShiftDecision,
    ShiftReply,
    Shifts,
    ShiftState,
)
from shared.problems import Conflict, NotAllowed, NotFound, SameIdOtherContent

TAG = "shifts"

Denomination = Literal["500000", "200000", "100000", "50000", "20000", "10000", "5000", "2000", "1000", "500", "200"]


class ShiftPath(Incoming):
    """One shift."""

    shift_id: Id


class CollectorsShiftPath(CollectorPath):
    """One shift of one collector."""

    shift_id: Id


class ShiftsQuery(Incoming):
    """Which shifts to list."""

    state: ShiftState | None = Field(
        default=None, description="`open`, `declared` (waits for a cashier), `different` (for a supervisor), `settled`."
    )
    collector_code: TypedCollectorCode | None = None
    unit_code: TypedUnitCode | None = None
    of_leavers: bool = Field(default=False, description="Only those of collectors who have left.")
    opened_before: IncomingMoment | None = Field(
        default=None, description="The `opened_at` of the last shift of the page before."
    )
    limit: Annotated[int, Field(ge=1, le=200), INTEGER] = 50


class ShiftConfirmationBody(Incoming):
    """The cash as a second person counts it."""

    counted_cash: Cash = Field(description="Everything handed in, the float included, đồng.", examples=[1475000])
    denominations: dict[Denomination, Annotated[int, Field(ge=0, le=10**6)]] = Field(
        default={}, description="Number of notes of each value; must add up to `counted_cash` when given."
    )
    note: Line = Field(default="", description="Needed when the count is not the one that was declared.")


class ShiftDecisionBody(Incoming):
    """What becomes of a difference, and why."""

    decision: ShiftDecision = Field(
        description="`charged`: the collector owes it; `written_off`: the utility bears it."
    )
    reason: Words = Field(examples=["Đã đối chiếu camera quầy thu"])


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
    """Read one of the calling collector's shifts; the office reads those of all."""
    if call.who.collector_code is None:
        return ShiftReply(shift=(await own_shift(call.who, call.path.shift_id, dependencies)).shift)
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
            declared_by=call.device.actor,
            declaring_device_id=call.device.device_id,
        )
    )


async def collectors_current(call: Call[CollectorPath, Nothing, None], dependencies: Dependencies) -> ShiftReply:
    """Read a collector's open shift."""
    await require_own_collector(call.who, call.path.collector_code, dependencies)
    return await dependencies.request(GetShift(collector_code=call.path.collector_code))


async def close_for(call: Call[CollectorsShiftPath, Nothing, ShiftClosing], dependencies: Dependencies) -> ShiftReply:
    """Close a collector's shift at the cashier's desk."""
    await require_own_collector(call.who, call.path.collector_code, dependencies)
    return await dependencies.request(
        CloseShift(
            shift_id=call.path.shift_id,
            collector_code=call.path.collector_code,
            counted_cash=call.body.counted_cash,
            denominations=dict(call.body.denominations),
            explanation=call.body.explanation,
            closed_at=call.body.closed_at,
            declared_by=call.who.actor,
            declaring_device_id=call.who.acting_id,
        )
    )


async def following(call: Call[Nothing, Nothing, None], dependencies: Dependencies) -> NextShift:
    """Read whether the calling collector may open a shift, and which ones are not settled."""
    return await dependencies.request(GetNextShift(collector_code=call.collector_code))


async def read_all(call: Call[Nothing, ShiftsQuery, None], dependencies: Dependencies) -> Shifts:
    """List shifts of all collectors."""
    query = call.query
    return await dependencies.request(
        GetShifts(
            states=[query.state] if query.state else [],
            collector_code=query.collector_code,
            unit_code=query.unit_code,
            of_leavers=query.of_leavers,
            opened_before=query.opened_before,
            limit=query.limit,
            unit_codes=call.who.unit_codes if isinstance(call.who, StaffMember) else [],
        )
    )


async def confirm(call: Call[ShiftPath, Nothing, ShiftConfirmationBody], dependencies: Dependencies) -> ShiftReply:
    """Count the cash of a closed shift again, at the cashier's desk."""
    await require_own_shift(call.who, call.path.shift_id, dependencies)
    return await dependencies.request(
        ConfirmShift(
            shift_id=call.path.shift_id,
            counted_cash=call.body.counted_cash,
            denominations=dict(call.body.denominations),
            note=call.body.note,
            confirmed_by=call.who.actor,
            device_id=call.who.acting_id,
        )
    )


async def decide(call: Call[ShiftPath, Nothing, ShiftDecisionBody], dependencies: Dependencies) -> ShiftReply:
    """Decide over a difference above the limit."""
    await require_own_shift(call.who, call.path.shift_id, dependencies)
    return await dependencies.request(
        DecideShift(
            shift_id=call.path.shift_id,
            decision=call.body.decision,
            reason=call.body.reason,
            decided_by=call.who.actor,
            device_id=call.who.acting_id,
        )
    )


_SECOND_PERSON = NotAllowed(
    slug="second-person-needed", title="Who declared cannot confirm, and who did either cannot decide"
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
            Conflict(slug="shift-blocked", title="The difference of an earlier shift waits for a supervisor"),
            Conflict(slug="cash-not-handed-in", title="No room: nobody has counted the cash of earlier shifts"),
            Conflict(slug="float-too-high", title="More change than `facts.largest_float`"),
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
        path="/v1/shifts/next",
        name="getNextShift",
        tag=TAG,
        summary="Read whether a shift may be opened, and what is not settled of earlier ones",
        handler=following,
        answer=NextShift,
        roles=COLLECTOR_ONLY,
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
        roles=STAFF,
        staff=MONEY_READERS,
    ),
    Operation(
        method="GET",
        path="/v1/shifts",
        name="listShifts",
        tag=TAG,
        summary="List shifts of all collectors: open, declared, different, settled",
        handler=read_all,
        query_model=ShiftsQuery,
        answer=Shifts,
        roles=OFFICE,
        staff=MONEY_READERS,
    ),
    Operation(
        method="POST",
        path="/v1/shifts/{shift_id}/confirmation",
        name="confirmShift",
        tag=TAG,
        summary="Count the cash of a closed shift again, as a second person",
        description=(
            "Once for each shift, by another device than the one that closed it. A difference above the unit's limit "
            "makes the shift `different`."
        ),
        handler=confirm,
        path_model=ShiftPath,
        body=ShiftConfirmationBody,
        answer=ShiftReply,
        roles=OFFICE,
        staff=COUNTER,
        problems=(
            NotFound,
            SameIdOtherContent,
            _SECOND_PERSON,
            Conflict(slug="shift-not-declared", title="The shift is open: it has to be closed first"),
            Conflict(slug="shift-already-confirmed", title="The shift is confirmed"),
            Conflict(slug="difference-not-explained", title="The count is not the declared one, and there is no note"),
        ),
    ),
    Operation(
        method="POST",
        path="/v1/shifts/{shift_id}/decision",
        name="decideShift",
        tag=TAG,
        summary="Decide over a difference above the unit's limit",
        description="Once for each shift, after a cashier has counted, by a third device.",
        handler=decide,
        path_model=ShiftPath,
        body=ShiftDecisionBody,
        answer=ShiftReply,
        roles=SUPERVISOR_ONLY,
        staff=SUPERVISORS,
        problems=(
            NotFound,
            SameIdOtherContent,
            _SECOND_PERSON,
            Conflict(slug="shift-not-different", title="No confirmed difference above the limit"),
        ),
    ),
    Operation(
        method="POST",
        path="/v1/shifts/{shift_id}/closing",
        name="closeShift",
        tag=TAG,
        summary="Close a shift with the counted cash, for a cashier to confirm",
        description=(
            "A shift is closed once: repeating the same closing gives the same answer. It is `declared` until somebody "
            "else has counted, or `different` where the difference is above the unit's limit."
        ),
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
        staff=MONEY_READERS,
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
        staff=COUNTER,
        problems=_CLOSING_PROBLEMS,
    ),
]
