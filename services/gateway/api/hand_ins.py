"""Cash that a collector hands in while the shift is open: to a cashier who counts it, or at a bank."""

from base64 import b64decode
from typing import Annotated

from pydantic import Field

from services.gateway.access import require_own_shift
from services.gateway.api import refusals
from services.gateway.api.reading_complaints import JPEG, Photo
from services.gateway.api.shifts import Denomination, ShiftPath
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import COLLECTOR_ONLY, OFFICE, STAFF
from services.gateway.domain.staff import COUNTER, MONEY_READERS, StaffMember
from services.gateway.edge.operation import Answer, AnyOperation, Call, Caller, Operation
from services.gateway.edge.types import INTEGER, Cash, Id, Incoming, Line, Nothing, TypedCollectorCode
from shared.contracts.billing import (
    CountHandIn,
    GetHandIns,
    GetHandover,
    GetShift,
    GetSlipPhoto,
    HandIn,
    HandInPlace,
    HandInReply,
    HandIns,
    HandoverReply,
    StateHandIn,
)
from shared.problems import Conflict, NotAllowed, NotFound, SameIdOtherContent

TAG = "shifts"


class HandInPath(Incoming):
    """One hand-in."""

    hand_in_id: Id


class HandInsQuery(Incoming):
    """Which hand-ins to list."""

    waiting: bool = Field(default=False, description="Only those that nobody has counted or confirmed.")
    shift_id: Id | None = None
    collector_code: TypedCollectorCode | None = None
    limit: Annotated[int, Field(ge=1, le=200), INTEGER] = 100


class HandInBody(Incoming):
    """What the collector says."""

    place: HandInPlace = Field(description="`cashier`: a cashier counts it; `bank`: it was deposited.")
    amount: Annotated[int, Field(gt=0, le=10**12)] = Field(description="đồng.", examples=[20000000])
    denominations: dict[Denomination, Annotated[int, Field(ge=0, le=10**6)]] = Field(
        default={}, description="Number of notes of each value; must add up to `amount` when given."
    )
    slip_number: Annotated[Line, Field(max_length=60)] = Field(
        default="",
        description="Of the bank's deposit slip: 6 to 30 letters and digits, which its bank credit is found by.",
    )
    photo: Photo = Field(default="", description="Of the deposit slip: a JPEG of at most 45,000 bytes, base64.")


class HandInCountBody(Incoming):
    """What a second person counts, or the bank has."""

    counted_cash: Cash = Field(description="đồng.", examples=[20000000])
    denominations: dict[Denomination, Annotated[int, Field(ge=0, le=10**6)]] = Field(
        default={}, description="Number of notes of each value; must add up to `counted_cash` when given."
    )
    reason: Line = Field(default="", description="Needed when it is not what the collector said.")
    credit_id: Id | None = Field(default=None, description="Of a deposit: the bank credit of the worklist that it is.")


async def state(call: Call[ShiftPath, Nothing, HandInBody], dependencies: Dependencies) -> HandInReply:
    """Say that cash of the calling collector's open shift is handed in."""
    return await dependencies.request(
        StateHandIn(
            hand_in_id=call.key,
            shift_id=call.path.shift_id,
            collector_code=call.collector_code,
            place=call.body.place,
            amount=call.body.amount,
            denominations=dict(call.body.denominations),
            slip_number=call.body.slip_number,
            photo=call.body.photo,
            stated_by=call.device.actor,
            device_id=call.device.device_id,
        )
    )


async def of_shift(call: Call[ShiftPath, Nothing, None], dependencies: Dependencies) -> HandIns:
    """Read the hand-ins of one of the calling collector's shifts; the office reads those of all."""
    if call.who.collector_code is None:
        await require_own_shift(call.who, call.path.shift_id, dependencies)
    else:
        await dependencies.request(GetShift(collector_code=call.collector_code, shift_id=call.path.shift_id))
    return await dependencies.request(GetHandIns(shift_id=call.path.shift_id))


async def read_all(call: Call[Nothing, HandInsQuery, None], dependencies: Dependencies) -> HandIns:
    """List hand-ins of all collectors."""
    query = call.query
    return await dependencies.request(
        GetHandIns(
            waiting=query.waiting,
            shift_id=query.shift_id,
            collector_code=query.collector_code,
            unit_codes=call.who.unit_codes if isinstance(call.who, StaffMember) else [],
            limit=query.limit,
        )
    )


async def count(call: Call[HandInPath, Nothing, HandInCountBody], dependencies: Dependencies) -> HandInReply:
    """Count what a collector hands in, at the cashier's desk, or confirm a deposit."""
    await _own(call.who, call.path, dependencies)
    return await dependencies.request(
        CountHandIn(
            hand_in_id=call.path.hand_in_id,
            counted_cash=call.body.counted_cash,
            denominations=dict(call.body.denominations),
            reason=call.body.reason,
            credit_id=call.body.credit_id,
            counted_by=call.who.actor,
            device_id=call.who.acting_id,
        )
    )


async def photo(call: Call[HandInPath, Nothing, None], dependencies: Dependencies) -> Answer:
    """Read the photo of a deposit slip."""
    await _own(call.who, call.path, dependencies)
    reply = await dependencies.request(GetSlipPhoto(hand_in_id=call.path.hand_in_id))
    return Answer(content=b64decode(reply.jpeg), content_type=JPEG)


async def handover(call: Call[ShiftPath, Nothing, None], dependencies: Dependencies) -> HandoverReply:
    """Read what is handed over with a shift, for both to sign."""
    await require_own_shift(call.who, call.path.shift_id, dependencies)
    return await dependencies.request(GetHandover(shift_id=call.path.shift_id))


async def _own(who: Caller, path: HandInPath, dependencies: Dependencies) -> HandIn:
    units = who.unit_codes if isinstance(who, StaffMember) else []
    found = (await dependencies.request(GetHandIns(hand_in_id=path.hand_in_id, unit_codes=units))).hand_ins
    if not found:
        raise NotFound("Không có lần nộp tiền này.")
    return found[0]


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="POST",
        path="/v1/shifts/{shift_id}/hand-ins",
        name="stateHandIn",
        tag=TAG,
        summary="Say that cash of the open shift is handed in, to a cashier or at a bank",
        description=(
            "What is handed to a cashier is in the box until it is counted. A deposit has left the box, and counts to "
            "the ceiling until its bank credit comes or the office confirms it."
        ),
        handler=state,
        path_model=ShiftPath,
        body=HandInBody,
        key="hand_in_id",
        status=201,
        answer=HandInReply,
        roles=COLLECTOR_ONLY,
        secret=frozenset({"photo"}),
        problems=(
            NotFound,
            SameIdOtherContent,
            refusals.SHIFT_ALREADY_CLOSED,
            refusals.HAND_IN_WAITS,
            refusals.HAND_IN_TOO_LARGE,
            refusals.SLIP_ALREADY_STATED,
            refusals.BAD_SLIP_NUMBER,
            refusals.BAD_DENOMINATIONS,
            refusals.DENOMINATIONS_DO_NOT_ADD_UP,
            refusals.INVALID_PHOTO,
        ),
    ),
    Operation(
        method="GET",
        path="/v1/shifts/{shift_id}/hand-ins",
        name="getHandInsOfShift",
        tag=TAG,
        summary="Read what was handed in of a shift while it was open",
        handler=of_shift,
        path_model=ShiftPath,
        answer=HandIns,
        roles=STAFF,
        staff=MONEY_READERS,
        problems=(NotFound,),
    ),
    Operation(
        method="GET",
        path="/v1/shifts/{shift_id}/handover",
        name="getHandover",
        tag=TAG,
        summary="Read what is handed over with a shift: receipts, transfers, hand-ins",
        handler=handover,
        path_model=ShiftPath,
        answer=HandoverReply,
        roles=OFFICE,
        staff=MONEY_READERS,
        problems=(NotFound,),
    ),
    Operation(
        method="GET",
        path="/v1/hand-ins",
        name="listHandIns",
        tag=TAG,
        summary="List hand-ins of all collectors, the one stated last first",
        handler=read_all,
        query_model=HandInsQuery,
        answer=HandIns,
        roles=OFFICE,
        staff=MONEY_READERS,
    ),
    Operation(
        method="POST",
        path="/v1/hand-ins/{hand_in_id}/count",
        name="countHandIn",
        tag=TAG,
        summary="Count what a collector hands in, or confirm a deposit at a bank, as a second person",
        description="Once for each, by another device than the one that said it.",
        handler=count,
        path_model=HandInPath,
        body=HandInCountBody,
        answer=HandInReply,
        roles=OFFICE,
        staff=COUNTER,
        problems=(
            NotFound,
            SameIdOtherContent,
            NotAllowed(slug="second-person-needed", title="Who says it cannot count it"),
            Conflict(slug="hand-in-counted", title="Somebody has counted or confirmed it"),
            refusals.SHIFT_ALREADY_CLOSED,
            Conflict(slug="credit-not-of-hand-in", title="No deposit, or the bank credit is of another amount"),
            refusals.BANK_CREDIT_SETTLED,
            refusals.BAD_DENOMINATIONS,
            refusals.DENOMINATIONS_DO_NOT_ADD_UP,
            refusals.DIFFERENCE_NOT_EXPLAINED,
        ),
    ),
    Operation(
        method="GET",
        path="/v1/hand-ins/{hand_in_id}/photo",
        name="getSlipPhoto",
        tag=TAG,
        summary="Read the photo of a deposit slip",
        handler=photo,
        path_model=HandInPath,
        media_types={JPEG: "The photo of the slip."},
        roles=OFFICE,
        staff=MONEY_READERS,
        problems=(NotFound,),
    ),
]
