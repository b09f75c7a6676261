"""Wrong bills: what a correction would do, asking for one, and what was corrected."""

from typing import Annotated

from pydantic import Field, StringConstraints

from services.gateway.access import unit_of_customer
from services.gateway.api import refusals
from services.gateway.api.approvals import ApprovalView, Subject, ask, asked_before
from services.gateway.approvals.rules import ApprovalKind, ApprovalOpen, CorrectionAsked
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import NO_DEVICE
from services.gateway.domain.staff import READERS, READING_CLERKS, StaffMember
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.types import INTEGER, Incoming, IncomingMoment, Nothing, TypedCustomerCode, Words
from shared.contracts.billing import (
    BillCorrections,
    CorrectedBillReading,
    CorrectionKind,
    CorrectionPreview,
    GetBillCorrections,
    GetPriceGroups,
    PreviewCorrection,
    PriceGroups,
)
from shared.contracts.common import MeterNumber
from shared.contracts.uses import Households, Uses
from shared.money import format_dong
from shared.problems import Conflict, NotFound, SameIdOtherContent

TAG = "bills"

BillNumber = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{1,40}$")]


class BillPath(Incoming):
    """One bill."""

    bill_number: BillNumber = Field(examples=["PB14010012345T102026K1"])


class RightReading(Incoming):
    """What a register showed at both ends of the period in truth."""

    meter_number: MeterNumber
    meter_register: Annotated[str, StringConstraints(pattern=r"^(KT|BT|CD|TD|VC)$")] = "KT"
    old_reading: int = Field(ge=0, le=10**12)
    new_reading: int = Field(ge=0, le=10**12)


class Wanted(Incoming):
    """How a bill is to be put right; what is left out is as it was billed."""

    kind: CorrectionKind
    readings: list[RightReading] = Field(default_factory=list, max_length=20, description="All of the period, or none.")
    price_group: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_:;+. ]{1,200}$")] | None = None
    households: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}([.][0-9]{1,2})?$")] | None = None


class WantedWithReason(Wanted):
    """How, by how much as the preview has it, and why."""

    difference: int = Field(ge=-(10**12), le=10**12, description="đồng, as the preview has it.")
    reason: Words = Field(examples=["Ghi sai chỉ số, đã xem ảnh công tơ"])


class CorrectionsQuery(Incoming):
    """Which corrections."""

    customer_code: TypedCustomerCode | None = None
    bill_number: BillNumber | None = None
    before: IncomingMoment | None = Field(default=None, description="`corrected_at` of the last one of a page.")
    limit: Annotated[int, Field(ge=1, le=200), INTEGER] = 50


async def preview(call: Call[BillPath, Nothing, Wanted], dependencies: Dependencies) -> CorrectionPreview:
    """Read what a correction would do."""
    found = await _previewed(call.path.bill_number, call.body, call.member, dependencies)
    await unit_of_customer(call.member, found.bill.customer_code, dependencies)
    return found


async def ask_for(call: Call[BillPath, Nothing, WantedWithReason], dependencies: Dependencies) -> ApprovalView:
    """Ask for a correction that another person approves."""
    body = call.body
    asked = CorrectionAsked(
        bill_number=call.path.bill_number,
        kind=body.kind,
        readings=_readings(body),
        price_group=body.price_group,
        households=body.households,
        difference=body.difference,
        reason=body.reason,
    )
    # What was asked for is answered as it stands: once it is done, a preview would find nothing to correct.
    if (repeated := await asked_before(call.key, asked, call.member, dependencies)) is not None:
        return repeated
    found = await _previewed(call.path.bill_number, body, call.member, dependencies)
    unit_code = await unit_of_customer(call.member, found.bill.customer_code, dependencies)
    if found.difference != body.difference:
        raise Conflict(
            f"Chênh lệch nay là {format_dong(found.difference)}, không phải {format_dong(body.difference)}.",
            slug=refusals.DIFFERENCE_CHANGED.slug,
            title=refusals.DIFFERENCE_CHANGED.title,
            facts={"difference": found.difference, "expected": body.difference},
        )
    subject = Subject(call.path.bill_number, found.bill.customer_code, unit_code, body.difference)
    return await ask(call.key, ApprovalKind.BILL_CORRECTION, subject, asked, call.member, dependencies)


async def _previewed(
    bill_number: str, wanted: Wanted, member: StaffMember, dependencies: Dependencies
) -> CorrectionPreview:
    return await dependencies.request(
        PreviewCorrection(
            unit_codes=member.unit_codes,
            bill_number=bill_number,
            kind=wanted.kind,
            readings=_readings(wanted),
            price_group=None if wanted.price_group is None else Uses(wanted.price_group),
            households=None if wanted.households is None else Households(wanted.households),
        )
    )


def _readings(wanted: Wanted) -> list[CorrectedBillReading]:
    return [CorrectedBillReading(**reading.model_dump()) for reading in wanted.readings]


async def price_groups(call: Call[Nothing, Nothing, None], dependencies: Dependencies) -> PriceGroups:  # noqa: ARG001
    """List the price groups."""
    return await dependencies.request(GetPriceGroups())


async def corrections(call: Call[Nothing, CorrectionsQuery, None], dependencies: Dependencies) -> BillCorrections:
    """Read what was corrected."""
    query = call.query
    return await dependencies.request(
        GetBillCorrections(
            bill_number=query.bill_number,
            customer_code=query.customer_code,
            unit_codes=call.member.unit_codes,
            before=query.before,
            limit=query.limit,
        )
    )


_REFUSED = (
    NotFound,
    refusals.BILL_REPLACED,
    refusals.DETAILS_ARCHIVED,
    refusals.MONTH_ARCHIVED,
    refusals.CORRECTION_METHOD_FIXED,
    refusals.NOTHING_TO_CORRECT,
    refusals.VAT_RATE_CHANGED,
    refusals.CANNOT_BE_BILLED,
)

OPERATIONS: list[AnyOperation] = [
    Operation(
        method="POST",
        path="/v1/bills/{bill_number}/correction-preview",
        name="previewBillCorrection",
        tag=TAG,
        summary="Read what a correction of a bill would do; nothing changes",
        description="The bill is computed anew by the prices of its days.",
        handler=preview,
        path_model=BillPath,
        body=Wanted,
        answer=CorrectionPreview,
        roles=NO_DEVICE,
        staff=READING_CLERKS,
        problems=_REFUSED,
    ),
    Operation(
        method="POST",
        path="/v1/bills/{bill_number}/corrections",
        name="askForBillCorrection",
        tag=TAG,
        summary="Ask for a correction of a bill; another person approves it",
        description=(
            "What is approved is done at once, under the id of the approval, if it still comes to `difference`. Money "
            "on what is taken off the bill becomes credit or clears what else is open. A fee or interest (`charge`) is "
            "taken back whole: `adjustment` and nothing else."
        ),
        handler=ask_for,
        path_model=BillPath,
        body=WantedWithReason,
        key="approval_id",
        status=202,
        answer=ApprovalView,
        roles=NO_DEVICE,
        staff=READING_CLERKS,
        problems=(*_REFUSED, ApprovalOpen, SameIdOtherContent, refusals.DIFFERENCE_CHANGED, refusals.UNREADABLE_TEXT),
    ),
    Operation(
        method="GET",
        path="/v1/price-groups",
        name="listPriceGroups",
        tag=TAG,
        summary="List the price groups, with their names",
        handler=price_groups,
        answer=PriceGroups,
        roles=NO_DEVICE,
        staff=READERS,
    ),
    Operation(
        method="GET",
        path="/v1/bill-corrections",
        name="listBillCorrections",
        tag=TAG,
        summary="List corrections of bills, the latest first",
        handler=corrections,
        query_model=CorrectionsQuery,
        answer=BillCorrections,
        roles=NO_DEVICE,
        staff=READERS,
    ),
]
