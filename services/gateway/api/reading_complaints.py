"""Customers who call a reading or a bill wrong: recorded at the door, with a photo of the meter, and in the office."""

from base64 import b64decode
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.gateway.access import require_own_customer
from services.gateway.api import refusals
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import OFFICE, STAFF
from services.gateway.domain.staff import COMPLAINT_CLERKS, READERS, SERVICE, StaffMember
from services.gateway.edge.operation import Answer, AnyOperation, Call, Caller, Operation
from services.gateway.edge.types import INTEGER, Id, Incoming, IncomingMoment, Line, Nothing, TypedCustomerCode, Words
from shared.contracts.common import MeterNumber
from shared.contracts.customer import (
    ComplaintFinding,
    ComplaintKind,
    GetReadingComplaints,
    GetReadingPhoto,
    ReadingComplaintReply,
    ReadingComplaints,
    ReadingComplaintSettled,
    RecordComplaintAtDesk,
    RecordReadingComplaint,
    SettleReadingComplaint,
)
from shared.problems import NotFound, SameIdOtherContent

TAG = "complaints"
JPEG = "image/jpeg"

Photo = Annotated[str, StringConstraints(max_length=60_000, pattern=r"^[A-Za-z0-9+/]*={0,2}$")]


class CustomerPath(Incoming):
    """One customer."""

    customer_code: TypedCustomerCode = Field(examples=["PB1501000001"])


class ComplaintPath(Incoming):
    """One complaint."""

    complaint_id: Id


class Complaint(Incoming):
    """What the customer says of a reading or a bill."""

    kind: ComplaintKind = Field(
        default=ComplaintKind.READING,
        description="What is objected to. Of another kind than `reading`, a bill is named.",
    )

    note: Words = Field(examples=["Khách nói chỉ số mới ghi nhầm, công tơ đang là 1.240"])
    stated_at: IncomingMoment
    meter_number: MeterNumber | None = None
    bill_number: Annotated[Line, Field(max_length=60)] | None = None
    reading_seen: int | None = Field(default=None, ge=0, le=9_999_999_999, description="What the meter shows.")
    photo: Photo = Field(default="", description="A JPEG of at most 45,000 bytes, base64; empty for none.")


class ComplaintsQuery(Incoming):
    """Which complaints."""

    customer_code: TypedCustomerCode | None = None
    before: IncomingMoment | None = Field(
        default=None, description="Only those recorded before this moment: `recorded_at` of the last one of a page."
    )
    settled: Literal["true", "false"] | None = Field(
        default=None, description="Only settled ones, or only open ones; all when left out."
    )
    limit: Annotated[int, Field(ge=1, le=100), INTEGER] = 50


async def record(call: Call[CustomerPath, Nothing, Complaint], dependencies: Dependencies) -> ReadingComplaintReply:
    """Keep a complaint about a reading or a bill."""
    await require_own_customer(call.who, call.path.customer_code, dependencies)
    if call.who.collector_code is None:
        # The office, where customers of any route complain; a photo is made at the meter.
        return await dependencies.request(
            RecordComplaintAtDesk(
                complaint_id=call.key,
                customer_code=call.path.customer_code,
                kind=call.body.kind,
                bill_number=call.body.bill_number,
                reading_seen=call.body.reading_seen,
                note=call.body.note,
            )
        )
    return await dependencies.request(
        RecordReadingComplaint(
            complaint_id=call.key,
            customer_code=call.path.customer_code,
            collector_code=call.collector_code,
            device_id=call.device.device_id,
            kind=call.body.kind,
            meter_number=call.body.meter_number,
            bill_number=call.body.bill_number,
            reading_seen=call.body.reading_seen,
            note=call.body.note,
            stated_at=call.body.stated_at,
            photo=call.body.photo,
        )
    )


class Settlement(Incoming):
    """What the office found."""

    finding: ComplaintFinding
    note: Words = Field(examples=["Đã đọc lại công tơ ngày 24/11, chỉ số đúng"], description="The answer.")
    is_bill_right: bool | None = Field(
        default=None, description="Whether the bill stays as it is; a wrong one is corrected by a request of its own."
    )


async def settle(call: Call[ComplaintPath, Nothing, Settlement], dependencies: Dependencies) -> ReadingComplaintSettled:
    """Keep what the office found about a complaint."""
    await _require_own(call.who, call.path.complaint_id, dependencies)
    return await dependencies.request(
        SettleReadingComplaint(
            settlement_id=call.key,
            complaint_id=call.path.complaint_id,
            finding=call.body.finding,
            note=call.body.note,
            settled_by=call.who.actor,
            is_bill_right=call.body.is_bill_right,
        )
    )


async def latest(call: Call[Nothing, ComplaintsQuery, None], dependencies: Dependencies) -> ReadingComplaints:
    """Read complaints, the newest first."""
    return await dependencies.request(
        GetReadingComplaints(
            customer_code=call.query.customer_code,
            before=call.query.before,
            settled=None if call.query.settled is None else call.query.settled == "true",
            limit=call.query.limit,
            unit_codes=call.who.unit_codes if isinstance(call.who, StaffMember) else [],
        )
    )


async def _require_own(who: Caller, complaint_id: UUID, dependencies: Dependencies) -> None:
    """Refuse a person who asks for a complaint of another unit, as if there were none."""
    if isinstance(who, StaffMember) and not who.sees_all_units:
        asked = GetReadingComplaints(complaint_id=complaint_id, unit_codes=who.unit_codes, limit=1)
        if not (await dependencies.request(asked)).complaints:
            raise NotFound("Không có khiếu nại này.")


async def photo(call: Call[ComplaintPath, Nothing, None], dependencies: Dependencies) -> Answer:
    """Read the photo of a complaint."""
    await _require_own(call.who, call.path.complaint_id, dependencies)
    reply = await dependencies.request(GetReadingPhoto(complaint_id=call.path.complaint_id))
    return Answer(content=b64decode(reply.jpeg), content_type=JPEG)


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="POST",
        path="/v1/customers/{customer_code}/reading-complaints",
        name="recordReadingComplaint",
        tag=TAG,
        summary="Keep that a customer calls a reading or a bill wrong, with a photo of the meter",
        description=(
            "A complaint that names a bill stops its dunning: while it is open, no SMS asks the customer for money. "
            "The bill is owed as before. `answer_by` is the day until which it is to be answered. What a camera writes "
            "into the photo beside the picture (place, device) is left out. Photos are deleted after a while, the "
            "complaint stays."
        ),
        handler=record,
        path_model=CustomerPath,
        body=Complaint,
        secret=frozenset({"note", "photo"}),
        key="complaint_id",
        status=201,
        answer=ReadingComplaintReply,
        roles=STAFF,
        staff=SERVICE,
        problems=(
            NotFound,
            SameIdOtherContent,
            refusals.BILL_NUMBER_MISSING,
            refusals.BILL_OF_ANOTHER,
            refusals.INVALID_PHOTO,
            refusals.UNREADABLE_TEXT,
        ),
    ),
    Operation(
        method="GET",
        path="/v1/reading-complaints",
        name="listReadingComplaints",
        tag=TAG,
        summary="List complaints about readings and bills, the newest first",
        handler=latest,
        query_model=ComplaintsQuery,
        answer=ReadingComplaints,
        roles=OFFICE,
        staff=READERS,
    ),
    Operation(
        method="POST",
        path="/v1/reading-complaints/{complaint_id}/settlement",
        name="settleReadingComplaint",
        tag=TAG,
        summary="Settle a complaint: keep what was found",
        description="A complaint is settled once, and deleted after a while then. Reminders go on after it.",
        handler=settle,
        path_model=ComplaintPath,
        body=Settlement,
        key="settlement_id",
        answer=ReadingComplaintSettled,
        roles=OFFICE,
        staff=COMPLAINT_CLERKS,
        problems=(SameIdOtherContent, refusals.COMPLAINT_ALREADY_SETTLED, refusals.UNREADABLE_TEXT),
    ),
    Operation(
        method="GET",
        path="/v1/reading-complaints/{complaint_id}/photo",
        name="getReadingPhoto",
        tag=TAG,
        summary="Read the photo of a complaint",
        handler=photo,
        path_model=ComplaintPath,
        media_types={JPEG: "The photo of the meter."},
        roles=OFFICE,
        staff=READERS,
        problems=(NotFound,),
    ),
]
