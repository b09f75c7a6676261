"""Visits: what came of a collector's stay at the door."""

from pydantic import Field

from services.gateway.access import require_before_leaving
from services.gateway.api import refusals
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import COLLECTOR_ONLY
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.types import Id, Incoming, IncomingMoment, Line, Nothing, TypedCustomerCode, Words
from shared.contracts.common import Outcome
from shared.contracts.customer import AddVisitNote, RecordVisit, VisitReply, VisitWithdrawnReply, WithdrawVisit
from shared.problems import NotFound, SameIdOtherContent


class VisitPath(Incoming):
    """One visit, under the id that the phone made."""

    visit_id: Id


class VisitBody(Incoming):
    """What came of the stay."""

    customer_code: TypedCustomerCode = Field(examples=["PB1501000001"])
    outcome: Outcome
    visited_at: IncomingMoment
    appointment: IncomingMoment | None = Field(
        default=None, description="When the collector comes again, as agreed with the customer."
    )
    note: Line = ""


async def record(call: Call[VisitPath, Nothing, VisitBody], dependencies: Dependencies) -> VisitReply:
    """Record a visit; its notice is printed on the calling phone's printer.

    Whether the customer is on the collector's routes, the customer service checks.
    """
    require_before_leaving(call.device, call.body.visited_at)
    recorded = await dependencies.request(
        RecordVisit(
            visit_id=call.path.visit_id,
            customer_code=call.body.customer_code,
            collector_code=call.collector_code,
            device_id=None if call.device.left_at else call.device.device_id,
            outcome=call.body.outcome,
            visited_at=call.body.visited_at,
            appointment=call.body.appointment,
            note=call.body.note,
        )
    )
    dependencies.notifier.day_changed(call.collector_code)
    return recorded


class Withdrawal(Incoming):
    """Why a visit is taken back."""

    reason: Words = Field(examples=["Bấm nhầm khách"])


async def withdraw(call: Call[VisitPath, Nothing, Withdrawal], dependencies: Dependencies) -> VisitWithdrawnReply:
    """Take back the collector's own last visit to a customer."""
    withdrawn = await dependencies.request(
        WithdrawVisit(
            withdrawal_id=call.key,
            visit_id=call.path.visit_id,
            collector_code=call.collector_code,
            device_id=call.device.device_id,
            reason=call.body.reason,
        )
    )
    dependencies.notifier.day_changed(call.collector_code)
    return withdrawn


class Note(Incoming):
    """What is noted of a visit after it was recorded."""

    note: Words = Field(examples=["Nhà có chó, gọi trước khi đến"])


async def add_note(call: Call[VisitPath, Nothing, Note], dependencies: Dependencies) -> VisitReply:
    """Note something of the collector's own visit."""
    return await dependencies.request(
        AddVisitNote(
            note_id=call.key,
            visit_id=call.path.visit_id,
            collector_code=call.collector_code,
            device_id=call.device.device_id,
            note=call.body.note,
        )
    )


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="PUT",
        path="/v1/visits/{visit_id}",
        name="recordVisit",
        tag="visits",
        summary="Record what came of a visit",
        description=(
            "The phone makes `visit_id`. Repeating a request is safe; a visit recorded as `met` may be put again as "
            "`cannot_pay`. A notice to print follows on the stream."
        ),
        handler=record,
        path_model=VisitPath,
        body=VisitBody,
        answer=VisitReply,
        roles=COLLECTOR_ONLY,
        problems=(
            SameIdOtherContent,
            refusals.VISIT_ALREADY_RECORDED,
            refusals.VISIT_WITHDRAWN,
            refusals.NOTHING_OWED,
            refusals.INVALID_APPOINTMENT,
            refusals.UNREADABLE_TEXT,
        ),
        open_to_leavers=True,
    ),
    Operation(
        method="POST",
        path="/v1/visits/{visit_id}/notes",
        name="addVisitNote",
        tag="visits",
        summary="Note something of a visit after it was recorded",
        handler=add_note,
        path_model=VisitPath,
        body=Note,
        key="note_id",
        status=201,
        answer=VisitReply,
        roles=COLLECTOR_ONLY,
        problems=(NotFound, SameIdOtherContent, refusals.UNREADABLE_TEXT),
    ),
    Operation(
        method="POST",
        path="/v1/visits/{visit_id}/withdrawal",
        name="withdrawVisit",
        tag="visits",
        summary="Take back a mistake: the last visit to a customer, on the same day",
        description=(
            "The visit counts for nothing then: the customer stands as before it, its notice is not printed any more, "
            "its reminder is not sent. Who, when and why are kept."
        ),
        handler=withdraw,
        path_model=VisitPath,
        body=Withdrawal,
        key="withdrawal_id",
        status=201,
        answer=VisitWithdrawnReply,
        roles=COLLECTOR_ONLY,
        problems=(NotFound, SameIdOtherContent, refusals.VISIT_NOT_WITHDRAWABLE, refusals.UNREADABLE_TEXT),
    ),
]
