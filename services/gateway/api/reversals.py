"""Payments that were taken back: the paper that is to come back, and the cash that is to stand in a settlement."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.gateway.access import require_own_customer
from services.gateway.api import refusals
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import OFFICE
from services.gateway.domain.staff import COUNTER, MONEY_READERS, StaffMember
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.types import INTEGER, Id, Incoming, Nothing, TypedCollectorCode
from shared.contracts.billing import GetReversals, GiveBackAtDesk, ReturnPaper, ReversalReply, Reversals
from shared.problems import NotFound, SameIdOtherContent

TAG = "payments"


class ReversalPath(Incoming):
    """One reversal."""

    reversal_id: Id


class ReversalsQuery(Incoming):
    """Which reversals to list."""

    waiting: bool = Field(
        default=False, description="Only those whose paper the customer still has, or whose cash is in no settlement."
    )
    payment_id: Id | None = None
    shift_id: Id | None = Field(default=None, description="Only items of the settlement of this shift.")
    collector_code: TypedCollectorCode | None = None
    limit: Annotated[int, Field(ge=1, le=200), INTEGER] = 100


async def read_all(call: Call[Nothing, ReversalsQuery, None], dependencies: Dependencies) -> Reversals:
    """List reversals."""
    query = call.query
    return await dependencies.request(
        GetReversals(
            waiting=query.waiting,
            payment_id=query.payment_id,
            shift_id=query.shift_id,
            collector_code=query.collector_code,
            unit_codes=call.who.unit_codes if isinstance(call.who, StaffMember) else [],
            limit=query.limit,
        )
    )


async def return_paper(call: Call[ReversalPath, Nothing, None], dependencies: Dependencies) -> ReversalReply:
    """Keep that the office has the receipt on paper."""
    await _require_own(call, call.path.reversal_id, dependencies)
    return await dependencies.request(ReturnPaper(reversal_id=call.path.reversal_id))


async def give_back(call: Call[ReversalPath, Nothing, None], dependencies: Dependencies) -> ReversalReply:
    """Keep that the cash was given back at this desk, by this person."""
    await _require_own(call, call.path.reversal_id, dependencies)
    return await dependencies.request(
        GiveBackAtDesk(reversal_id=call.path.reversal_id, given_back_by=call.who.acting_id)
    )


async def _require_own(call: Call[ReversalPath, Nothing, None], reversal_id: UUID, dependencies: Dependencies) -> None:
    found = (await dependencies.request(GetReversals(reversal_id=reversal_id))).reversals
    if not found:
        raise NotFound("Không có lần hủy thu này.")
    await require_own_customer(call.who, found[0].customer_code, dependencies)


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="GET",
        path="/v1/reversals",
        name="listReversals",
        tag=TAG,
        summary="List payments that were taken back, with what is still to come of them",
        description="`waiting`: the oldest first; else the latest first.",
        handler=read_all,
        query_model=ReversalsQuery,
        answer=Reversals,
        roles=OFFICE,
        staff=MONEY_READERS,
    ),
    Operation(
        method="POST",
        path="/v1/reversals/{reversal_id}/paper",
        name="returnPaper",
        tag=TAG,
        summary="Keep that the receipt on paper of a payment that was taken back is at the office",
        handler=return_paper,
        path_model=ReversalPath,
        answer=ReversalReply,
        roles=OFFICE,
        staff=COUNTER,
        problems=(NotFound,),
    ),
    Operation(
        method="POST",
        path="/v1/reversals/{reversal_id}/cash",
        name="giveBackAtDesk",
        tag=TAG,
        summary="Keep that cash was given back here, and not by the collector",
        description=(
            "Only what is in no settlement yet. It is settled with the next shift that the same desk or person counts."
        ),
        handler=give_back,
        path_model=ReversalPath,
        answer=ReversalReply,
        roles=OFFICE,
        staff=COUNTER,
        problems=(NotFound, SameIdOtherContent, refusals.CASH_SETTLED),
    ),
]
