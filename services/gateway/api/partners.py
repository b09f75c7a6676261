"""The interface of partners: banks, post offices and wallets whose computers ask for bills and pay them."""

from typing import Annotated

from pydantic import Field

from services.gateway.api import refusals
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import NO_DEVICE
from services.gateway.domain.staff import CASHIERS, MONEY_READERS, StaffMember
from services.gateway.edge.operation import Answer, AnyOperation, Call, Operation
from services.gateway.edge.problems import MalformedRequest
from services.gateway.edge.types import (
    INTEGER,
    Amount,
    Day,
    Id,
    Incoming,
    IncomingMoment,
    Nothing,
    TypedCollectionPointCode,
    TypedCustomerCode,
    Words,
)
from shared.contracts.billing import (
    CancelPartnerPayment,
    DifferenceSettlement,
    GetPartnerBills,
    GetPartnerDifferences,
    GetPartnerFile,
    GetPartnerPayment,
    GetPartnerPoints,
    GetPartnerSettlement,
    PartnerBills,
    PartnerCode,
    PartnerDifferenceReply,
    PartnerDifferences,
    PartnerFile,
    PartnerPayment,
    PartnerPaymentId,
    PartnerPoints,
    PartnerSettlement,
    RecordPartnerPayment,
    SettlePartnerDifference,
    TakePartnerFile,
)
from shared.problems import NotAllowed, SameIdOtherContent

TAG = "partners"


class PartnersCustomerPath(Incoming):
    """A customer, by the code on every bill."""

    customer_code: TypedCustomerCode = Field(examples=["PB1501000001"])


class PartnerPaymentPath(Incoming):
    """A payment, by the partner's own id."""

    partner_payment_id: PartnerPaymentId = Field(
        description="Made by the partner, unique among all its payments for good.", examples=["VN-20261129-000123"]
    )


class BillsPaid(Incoming):
    """Bills that a payer has paid at the partner, whole."""

    collection_point_code: TypedCollectionPointCode = Field(
        description="One of the partner's points.", examples=["VNPOST-CM01"]
    )
    customer_code: TypedCustomerCode = Field(examples=["PB1501000001"])
    bill_ids: Annotated[list[Id], Field(min_length=1, max_length=100)] = Field(
        description="`bill_id` of the bills that the payer saw; `bill_choice` says which may be left out."
    )
    amount: Amount = Field(description="Whole đồng: exactly what these bills come to.", examples=[475000])
    received_at: IncomingMoment = Field(description="By the partner's clock: kept as a note.")


class Cancellation(Incoming):
    """Why a payment is taken back."""

    reason: Words = Field(examples=["Khách hàng đổi ý"])


async def bills(call: Call[PartnersCustomerPath, Nothing, None], dependencies: Dependencies) -> PartnerBills:
    """Read a customer's open bills."""
    return await dependencies.request(
        GetPartnerBills(partner_code=call.partner.partner_code, customer_code=call.path.customer_code)
    )


async def pay(call: Call[PartnerPaymentPath, Nothing, BillsPaid], dependencies: Dependencies) -> PartnerPayment:
    """Record that bills were paid at the partner."""
    body = call.body
    return await dependencies.request(
        RecordPartnerPayment(
            partner_code=call.partner.partner_code,
            partner_payment_id=call.path.partner_payment_id,
            collection_point_code=body.collection_point_code,
            customer_code=body.customer_code,
            bill_ids=body.bill_ids,
            amount=body.amount,
            received_at=body.received_at,
        )
    )


async def status(call: Call[PartnerPaymentPath, Nothing, None], dependencies: Dependencies) -> PartnerPayment:
    """Read where a payment stands."""
    return await dependencies.request(
        GetPartnerPayment(partner_code=call.partner.partner_code, partner_payment_id=call.path.partner_payment_id)
    )


async def cancel(call: Call[PartnerPaymentPath, Nothing, Cancellation], dependencies: Dependencies) -> PartnerPayment:
    """Take a payment back, or bar its id."""
    return await dependencies.request(
        CancelPartnerPayment(
            partner_code=call.partner.partner_code,
            partner_payment_id=call.path.partner_payment_id,
            reason=call.body.reason,
        )
    )


async def points(call: Call[Nothing, Nothing, None], dependencies: Dependencies) -> PartnerPoints:
    """Read the partner's own collection points."""
    return await dependencies.request(GetPartnerPoints(partner_code=call.partner.partner_code))


LARGEST_FILE = 4_000_000
"""Bytes: some 30,000 lines."""
_FILE_SECONDS = 10.0


class DayPath(Incoming):
    """A business day of the partner, in Vietnam."""

    business_date: Day


class SettlementQuery(Incoming):
    """Which days, both included."""

    first: Day
    last: Day


class PartnerPath(Incoming):
    """A partner."""

    partner_code: PartnerCode


class DifferencesQuery(Incoming):
    """Which differences."""

    partner_code: PartnerCode | None = Field(default=None, description="Only those with this partner.")
    settled: bool = Field(default=False, strict=False, description="Those that were settled, instead of what waits.")
    after: Id | None = Field(default=None, description="`next` of the page before.")
    limit: Annotated[int, Field(ge=1, le=200), INTEGER] = 100


class DifferencePath(Incoming):
    """One difference."""

    difference_id: Id


class DifferenceDecision(Incoming):
    """How a difference was settled, and why."""

    settlement: DifferenceSettlement = Field(strict=False)
    reason: Words = Field(examples=["Đối tác chuyển bù ngày 02/12"])


async def take_file(call: Call[Nothing, Nothing, None], dependencies: Dependencies) -> PartnerFile:
    """Take a reconciliation file."""
    try:
        content = call.original.body.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedRequest("Tệp không phải UTF-8.") from None
    request = TakePartnerFile(partner_code=call.partner.partner_code, name="api", content=content)
    return await dependencies.request(request, within=_FILE_SECONDS)


async def result(call: Call[DayPath, Nothing, None], dependencies: Dependencies) -> Answer:
    """Read the result file of a business day."""
    request = GetPartnerFile(partner_code=call.partner.partner_code, business_date=call.path.business_date)
    found = await dependencies.request(request)
    return Answer(content=found.result.encode(), content_type="text/csv; charset=utf-8")


async def own_settlement(call: Call[Nothing, SettlementQuery, None], dependencies: Dependencies) -> PartnerSettlement:
    """Read what the partner took and what it is owed."""
    return await dependencies.request(
        GetPartnerSettlement(partner_code=call.partner.partner_code, first=call.query.first, last=call.query.last)
    )


async def settlement(call: Call[PartnerPath, SettlementQuery, None], dependencies: Dependencies) -> PartnerSettlement:
    """Read what a partner took and what it is owed."""
    require_all_units(call.member)
    return await dependencies.request(
        GetPartnerSettlement(partner_code=call.path.partner_code, first=call.query.first, last=call.query.last)
    )


async def differences(call: Call[Nothing, DifferencesQuery, None], dependencies: Dependencies) -> PartnerDifferences:
    """Read differences between partners' books and the register."""
    require_all_units(call.member)
    query = call.query
    return await dependencies.request(
        GetPartnerDifferences(
            partner_code=query.partner_code, settled=query.settled, after=query.after, limit=query.limit
        )
    )


async def settle(
    call: Call[DifferencePath, Nothing, DifferenceDecision], dependencies: Dependencies
) -> PartnerDifferenceReply:
    """Say how a difference was settled."""
    require_all_units(call.member)
    return await dependencies.request(
        SettlePartnerDifference(
            settlement_id=call.key,
            difference_id=call.path.difference_id,
            settlement=call.body.settlement,
            reason=call.body.reason,
        )
    )


def require_all_units(who: StaffMember) -> None:
    """Refuse whoever works for some units: a partner's books are of all of them."""
    if not who.sees_all_units:
        raise NotAllowed("Chỉ người phụ trách mọi đơn vị được xem đối soát.")


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="GET",
        path="/partner/v1/customers/{customer_code}/bills",
        name="getPartnerBills",
        tag=TAG,
        summary="Read what a customer owes",
        description=(
            "The oldest bill first, each with what is still open of it. Name and address are shortened to what the "
            "payer needs to recognise them. `bill_choice`: which bills one payment may name."
        ),
        handler=bills,
        partners=True,
        path_model=PartnersCustomerPath,
        answer=PartnerBills,
        problems=(refusals.UNKNOWN_PARTNER,),
    ),
    Operation(
        method="PUT",
        path="/partner/v1/payments/{partner_payment_id}",
        name="putPartnerPayment",
        tag=TAG,
        summary="Pay listed bills, under the partner's own id",
        description=(
            "All or nothing: refused when one of the bills is no longer open, so that the payer gets the money back. "
            "Repeating it, signed anew, gives the same answer and never pays twice. When no answer comes, or it is 503 "
            "or 504: repeat it, or ask where it stands."
        ),
        handler=pay,
        partners=True,
        path_model=PartnerPaymentPath,
        body=BillsPaid,
        answer=PartnerPayment,
        problems=(
            SameIdOtherContent,
            refusals.UNKNOWN_PARTNER,
            refusals.NOT_PARTNERS_POINT,
            refusals.BILL_NOT_OPEN,
            refusals.BILLS_NOT_ALLOWED,
            refusals.AMOUNT_DIFFERS,
            refusals.PARTNER_CEILING_REACHED,
            refusals.PAYMENT_CANCELLED,
            refusals.ALREADY_REVERSED,
            refusals.REFERENCE_ALREADY_RECORDED,
        ),
    ),
    Operation(
        method="GET",
        path="/partner/v1/payments/{partner_payment_id}",
        name="getPartnerPayment",
        tag=TAG,
        summary="Read where a payment stands, by the partner's own id",
        description=(
            "Exact for every request that has arrived before: it waits for one that is being recorded. `unknown` may "
            "still become `paid` while a request is on its way; to be sure that it never does, cancel it."
        ),
        handler=status,
        partners=True,
        path_model=PartnerPaymentPath,
        answer=PartnerPayment,
    ),
    Operation(
        method="PUT",
        path="/partner/v1/payments/{partner_payment_id}/cancellation",
        name="cancelPartnerPayment",
        tag=TAG,
        summary="Take a payment back on its day, or bar an id under which nothing was recorded",
        description=(
            "Until `cancellable_until` of the payment. Its bills are open again and its receipt is void. What is "
            "unknown becomes `barred`: a payment under this id is refused for good."
        ),
        handler=cancel,
        partners=True,
        path_model=PartnerPaymentPath,
        body=Cancellation,
        answer=PartnerPayment,
        problems=(
            SameIdOtherContent,
            refusals.UNKNOWN_PARTNER,
            refusals.CANCELLATION_TOO_LATE,
            refusals.ALREADY_REVERSED,
            refusals.UNREADABLE_TEXT,
        ),
    ),
    Operation(
        method="GET",
        path="/partner/v1/collection-points",
        name="listPartnerPoints",
        tag=TAG,
        summary="List the partner's collection points",
        handler=points,
        partners=True,
        answer=PartnerPoints,
    ),
    Operation(
        method="PUT",
        path="/partner/v1/reconciliation",
        name="putPartnerFile",
        tag=TAG,
        summary="Send the file of a business day that is over",
        description=(
            "CSV in UTF-8 with a trailer, as docs/partners.md says; taken whole or refused whole. The same content "
            "changes nothing; another file of the same day takes the place of the one before."
        ),
        handler=take_file,
        partners=True,
        passes_on=True,
        largest_body=LARGEST_FILE,
        answer=PartnerFile,
        problems=(refusals.UNKNOWN_PARTNER, refusals.PARTNER_FILE_REFUSED),
    ),
    Operation(
        method="GET",
        path="/partner/v1/reconciliation/{business_date}",
        name="getPartnerFileResult",
        tag=TAG,
        summary="Read the result file of a business day: each line with its verdict",
        handler=result,
        partners=True,
        path_model=DayPath,
        media_types={"text/csv": "The lines with `result` and `our_amount`, what only the register has, a trailer."},
    ),
    Operation(
        method="GET",
        path="/partner/v1/settlement",
        name="getPartnerSettlement",
        tag=TAG,
        summary="Read what was paid and cancelled by the day, and the fees",
        handler=own_settlement,
        partners=True,
        query_model=SettlementQuery,
        answer=PartnerSettlement,
        problems=(refusals.REPORT_TOO_LONG,),
    ),
    Operation(
        method="GET",
        path="/v1/partners/{partner_code}/settlement",
        name="getSettlementOfPartner",
        tag=TAG,
        summary="Read what a partner took by the day, its fees, and where its books stand",
        description="For people who work for all units.",
        handler=settlement,
        path_model=PartnerPath,
        query_model=SettlementQuery,
        answer=PartnerSettlement,
        roles=NO_DEVICE,
        staff=MONEY_READERS,
        problems=(refusals.REPORT_TOO_LONG,),
    ),
    Operation(
        method="GET",
        path="/v1/partner-differences",
        name="listPartnerDifferences",
        tag=TAG,
        summary="List where partners' books and the register do not agree",
        description="Those that wait, or those that were settled. For people who work for all units.",
        handler=differences,
        query_model=DifferencesQuery,
        answer=PartnerDifferences,
        roles=NO_DEVICE,
        staff=MONEY_READERS,
    ),
    Operation(
        method="POST",
        path="/v1/partner-differences/{difference_id}/settlement",
        name="settlePartnerDifference",
        tag=TAG,
        summary="Say how a difference was settled; no money moves by this",
        description="For people who work for all units.",
        handler=settle,
        path_model=DifferencePath,
        body=DifferenceDecision,
        key="settlement_id",
        answer=PartnerDifferenceReply,
        roles=NO_DEVICE,
        staff=CASHIERS,
        problems=(
            SameIdOtherContent,
            refusals.DIFFERENCE_SETTLED,
            refusals.SETTLEMENT_NOT_POSSIBLE,
            refusals.UNREADABLE_TEXT,
        ),
    ),
]
