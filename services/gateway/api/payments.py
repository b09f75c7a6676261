"""Payments: cash at the door, transfers, postings of collection points, and reversals."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import structlog
from pydantic import Field

from services.gateway.access import (
    UnknownDevice,
    require_before_leaving,
    require_own_customer,
    require_printing_device,
    unit_of_customer,
)
from services.gateway.api import refusals
from services.gateway.api.approvals import ApprovalView, ask_for_reversal
from services.gateway.approvals.rules import ApprovalOpen, PersonNeeded, ReversalAsked, limits_of
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import COLLECTOR_ONLY, EVERYONE, OFFICE, STAFF, Device, Role
from services.gateway.domain.staff import CASHIERS, COUNTER, MONEY_READERS, READERS, StaffMember
from services.gateway.edge.operation import Answer, AnyOperation, Call, Operation
from services.gateway.edge.types import (
    Amount,
    Id,
    Incoming,
    IncomingMoment,
    Line,
    Nothing,
    Outgoing,
    PartnerReference,
    TypedCustomerCode,
    Words,
)
from services.gateway.store import collectors
from services.gateway.store.transfer_codes import phone_of_transfer
from shared.clock import business_day
from shared.contracts.billing import (
    GetPayment,
    GetPaymentReports,
    PaymentReply,
    PaymentReports,
    RecordPayment,
    ReportPayment,
    ReversePayment,
)
from shared.contracts.common import PaymentMethod
from shared.contracts.customer import GetCustomer, GetVisit
from shared.contracts.receipt import GetReceipt, ReceiptReply
from shared.problems import Conflict, NotAllowed, NotFound, Problem, SameIdOtherContent, TimedOut, Unavailable

log = structlog.get_logger()

TAG = "payments"


class PaymentPath(Incoming):
    """One payment, under the id that its maker made."""

    payment_id: Id


class _Money(Incoming):
    customer_code: TypedCustomerCode = Field(examples=["PB1501000001"])
    amount: Amount = Field(description="Whole đồng.", examples=[475000])
    received_at: IncomingMoment


class CashPayment(_Money):
    """Cash that a collector has taken at the door."""

    method: Literal["cash"]
    bill_ids: Annotated[list[Id], Field(max_length=100)] = Field(
        default=[], description="The bills that the payer saw: when one of them is no longer open, nothing is taken."
    )
    visit_id: Id | None = Field(default=None, description="The visit during which the money was taken.")
    cash_step: int | None = Field(
        default=None,
        ge=1,
        le=10_000,
        description="`cash_step` of the account that the payer was shown: what was taken by a rule of up to seven days "
        "ago is recorded.",
    )


class TransferPayment(_Money):
    """A transfer that has arrived on the utility's bank account, recorded by a cashier."""

    method: Literal["transfer"]
    reference: PartnerReference = Field(description="The bank's transaction id.", examples=["FT26327000001"])
    transfer_content: Line = Field(
        default="",
        description="What the payer wrote, as the bank reports it: the phone that showed the QR code looks for its "
        "reference there.",
        examples=["TD PB1501000001 7K3QX9PA"],
    )
    visit_id: Id | None = None
    device_id: Id | None = Field(
        default=None,
        description="The phone whose printer prints the receipt; left out, it is the one that showed the code.",
    )


PaymentBody = Annotated[CashPayment | TransferPayment, Field(discriminator="method")]


class Posting(_Money):
    """Money that a collection point has taken."""

    reference: PartnerReference = Field(description="The partner's transaction id.", examples=["VNPOST-000123"])


class Reversal(Incoming):
    """Why a payment is taken back."""

    reason: Words = Field(examples=["Thu nhầm khách hàng"])
    device_id: Id | None = Field(default=None, description="The phone whose printer prints the void slip.")
    paper_returned: bool | None = Field(
        default=None,
        description="Whether the customer has given the receipt on paper back. `false` lists it until it is there "
        "(`GET /v1/reversals?waiting=true`), and the collector's phone says so.",
    )
    cash_given_back: Literal["collector", "office"] = Field(
        default="collector",
        description="Of cash, who gives it back. `collector`: out of the open shift, else out of the next one; "
        "`office`: whoever reverses it, settled with the next shift that the same desk or person counts.",
    )


async def record(
    call: Call[Nothing, Nothing, CashPayment | TransferPayment], dependencies: Dependencies
) -> PaymentReply:
    """Record money; a collector takes cash, a cashier records transfers."""
    body, device = call.body, call.who
    if isinstance(body, CashPayment):
        if not isinstance(device, Device) or device.role is not Role.COLLECTOR:
            raise NotAllowed("Chỉ thu ngân viên được thu tiền mặt tại nhà.")
        if device.left_at is not None:
            return await _record_of_leaver(call.key, device, body, device.left_at, dependencies)
        await require_own_customer(device, body.customer_code, dependencies)
        await _require_visit(body.visit_id, body.customer_code, device.collector_code, dependencies)
        return await dependencies.request(
            RecordPayment(
                payment_id=call.key,
                customer_code=body.customer_code,
                amount=body.amount,
                method=PaymentMethod.CASH,
                received_at=body.received_at,
                bill_ids=body.bill_ids,
                cash_step=body.cash_step,
                collector_code=device.collector_code,
                visit_id=body.visit_id,
                device_id=device.device_id,
            )
        )
    if isinstance(device, Device) and device.role is not Role.CASHIER:
        raise NotAllowed("Chỉ thủ quỹ được ghi nhận chuyển khoản.", facts={"role": device.role})
    await require_own_customer(device, body.customer_code, dependencies)
    await _require_visit(body.visit_id, body.customer_code, None, dependencies)
    device_id = body.device_id
    await require_printing_device(device, device_id, dependencies)
    if device_id is None:
        async with dependencies.database() as connection:
            device_id = await phone_of_transfer(
                connection, body.customer_code, body.amount, body.transfer_content, dependencies.clock()
            )
    return await dependencies.request(
        RecordPayment(
            payment_id=call.key,
            customer_code=body.customer_code,
            amount=body.amount,
            method=PaymentMethod.TRANSFER,
            received_at=body.received_at,
            reference=body.reference,
            transfer_content=body.transfer_content,
            visit_id=body.visit_id,
            device_id=device_id,
        )
    )


async def _record_of_leaver(
    payment_id: UUID, device: Device, body: CashPayment, left_at: datetime, dependencies: Dependencies
) -> PaymentReply:
    """Record cash that a collector took before leaving and the phone sends after it; the supervisor sees it listed.

    The route may have gone to somebody else by now, so whose customer it is does not matter. Nothing is printed. What
    is refused is listed, too, with why: the money may lie in the collector's hand.
    """
    async with dependencies.database() as connection:
        await collectors.add_payment(
            connection,
            payment_id,
            device,
            customer_code=body.customer_code,
            amount=body.amount,
            stated_at=body.received_at,
            now=dependencies.clock(),
        )
    try:
        require_before_leaving(device, body.received_at)
        visit_id = body.visit_id
        try:
            await _require_visit(visit_id, body.customer_code, device.collector_code, dependencies)
        except UnknownVisit:
            visit_id = None
        reply = await dependencies.request(
            RecordPayment(
                payment_id=payment_id,
                customer_code=body.customer_code,
                amount=body.amount,
                method=PaymentMethod.CASH,
                received_at=body.received_at,
                bill_ids=body.bill_ids,
                cash_step=body.cash_step,
                collector_code=device.collector_code,
                visit_id=visit_id,
            )
        )
    except Unavailable:
        raise
    except Problem as problem:
        await _end_payment_of_leaver(payment_id, problem.slug, dependencies)
        raise
    before = reply.payment.received_at <= left_at
    await _end_payment_of_leaver(payment_id, "recorded_before" if before else "recorded", dependencies)
    return reply


async def _end_payment_of_leaver(payment_id: UUID, outcome: str, dependencies: Dependencies) -> None:
    async with dependencies.database() as connection:
        await collectors.end_payment(connection, payment_id, outcome)


class UnknownVisit(Conflict):
    """Money is to be recorded for a visit of another customer, of another collector, or of nobody."""

    slug = "unknown-visit"
    title = "No such visit to this customer"


async def _require_visit(
    visit_id: UUID | None, customer_code: str, collector_code: str | None, dependencies: Dependencies
) -> None:
    """Refuse money that names a visit which was not made to its customer, and by its collector where there is one.

    While the customer service does not answer, the money is recorded with a visit that nobody has verified: it is in
    the collector's hand already. The audit compares the visits of all payments with those that were recorded.
    """
    if visit_id is None:
        return
    try:
        visit = (await dependencies.request(GetVisit(visit_id=visit_id))).visit
    except NotFound:
        visit = None
    except (Unavailable, TimedOut) as error:
        log.warning("visit_not_verified", visit_id=str(visit_id), reason=error.slug)
        return
    if visit is None or visit.customer_code != customer_code or collector_code not in (None, visit.collector_code):
        raise UnknownVisit(
            "Không có lần đến này ở khách hàng này. Hãy ghi nhận lần đến rồi thu.", facts={"visit_id": str(visit_id)}
        )


async def post(call: Call[Nothing, Nothing, Posting], dependencies: Dependencies) -> PaymentReply:
    """Record money that lies at a collection point already."""
    return await dependencies.request(
        RecordPayment(
            payment_id=call.key,
            customer_code=call.body.customer_code,
            amount=call.body.amount,
            method=PaymentMethod.COLLECTION_POINT,
            received_at=call.body.received_at,
            collection_point_code=call.device.collection_point_code,
            reference=call.body.reference,
        )
    )


async def read(call: Call[PaymentPath, Nothing, None], dependencies: Dependencies) -> PaymentReply:
    """Read a payment, as far as the device may see it."""
    reply = await dependencies.request(GetPayment(payment_id=call.path.payment_id))
    device, payment = call.who, reply.payment
    if device.collection_point_code not in (None, payment.collection_point_code):
        raise NotFound("Không có khoản thanh toán này.")
    if payment.collector_code is None or payment.collector_code != device.collector_code:
        await require_own_customer(device, payment.customer_code, dependencies)
    return reply


async def receipt(call: Call[PaymentPath, Nothing, None], dependencies: Dependencies) -> ReceiptReply:
    """Read the receipt of a payment."""
    reply = await dependencies.request(GetReceipt(payment_id=call.path.payment_id))
    if reply.receipt.collector_code is None or reply.receipt.collector_code != call.who.collector_code:
        await require_own_customer(call.who, reply.receipt.customer_code, dependencies)
    return reply


async def reverse(call: Call[PaymentPath, Nothing, Reversal], dependencies: Dependencies) -> PaymentReply | Answer:
    """Take a payment back; above the unit's limit a person asks for it, and another one approves."""
    await require_printing_device(call.who, call.body.device_id, dependencies)
    who, rules = call.who, dependencies.approval_limits
    if isinstance(who, StaffMember) or any(rule.desks_bound for rule in rules):
        payment = (await dependencies.request(GetPayment(payment_id=call.path.payment_id))).payment
        if isinstance(who, StaffMember):
            unit_code = await unit_of_customer(who, payment.customer_code, dependencies)
        else:
            found = await dependencies.request(GetCustomer(customer_code=payment.customer_code))
            unit_code = found.facts.unit.unit_code
        limits = limits_of(rules, unit_code, business_day(dependencies.clock()))
        if payment.amount > limits.reversal and isinstance(who, StaffMember):
            asked = ReversalAsked(
                payment_id=payment.payment_id,
                reason=call.body.reason,
                device_id=call.body.device_id,
                paper_returned=call.body.paper_returned,
                at_office=call.body.cash_given_back == "office",
            )
            approval = await ask_for_reversal(call.key, payment, unit_code, asked, who, dependencies)
            return Answer(approval, status=202)
        if payment.amount > limits.reversal and limits.desks_bound:
            raise PersonNeeded(facts={"limit": limits.reversal})
    return await dependencies.request(
        ReversePayment(
            reversal_id=call.key,
            payment_id=call.path.payment_id,
            reason=call.body.reason,
            reversed_by=call.who.label,
            device_id=call.body.device_id,
            paper_returned=call.body.paper_returned,
            given_back_by=call.who.acting_id if call.body.cash_given_back == "office" else None,
        )
    )


class Report(Incoming):
    """Why a payment was a mistake."""

    reason: Words = Field(examples=["Thu nhầm khách hàng"])


async def report(call: Call[PaymentPath, Nothing, Report], dependencies: Dependencies) -> PaymentReply:
    """Keep that a collector reports the own payment as taken by mistake."""
    return await dependencies.request(
        ReportPayment(
            report_id=call.key,
            payment_id=call.path.payment_id,
            collector_code=call.collector_code,
            device_id=call.device.device_id,
            reason=call.body.reason,
        )
    )


class LeaverPayment(Outgoing):
    """Cash that came from the phone of a collector who had left."""

    payment_id: UUID
    device_id: UUID
    collector_code: str
    customer_code: str
    amount: int = Field(description="Whole đồng.")
    stated_at: datetime = Field(description="When it was taken, as the phone states.")
    sent_at: datetime
    outcome: str | None = Field(
        description="`recorded`: cleared, and in the collector's shift; else the type of the refusal without its "
        "prefix; null while it is not known."
    )


class LeaverPayments(Outgoing):
    """The latest first."""

    payments: list[LeaverPayment]


async def leaver_payments(call: Call[Nothing, Nothing, None], dependencies: Dependencies) -> LeaverPayments:
    """Read the cash that came from phones of collectors who had left."""
    units = call.who.unit_codes if isinstance(call.who, StaffMember) else []
    async with dependencies.database() as connection:
        rows = await collectors.payments(connection, 500, units)
    return LeaverPayments(payments=[LeaverPayment.model_validate(dict(row)) for row in rows])


async def reports(call: Call[Nothing, Nothing, None], dependencies: Dependencies) -> PaymentReports:
    """Read the reported payments that stand."""
    units = call.who.unit_codes if isinstance(call.who, StaffMember) else []
    found = await dependencies.request(GetPaymentReports(unit_codes=units))
    if not isinstance(call.who, StaffMember) or call.who.sees_all_units:
        return found
    # A version of billing before this one does not know units.
    async with dependencies.database() as connection:
        known = await collectors.units_of(connection, {one.collector_code for one in found.reports})
    own = [one for one in found.reports if call.who.sees_unit(known.get(one.collector_code))]
    return PaymentReports(reports=own)


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="POST",
        path="/v1/payments",
        name="recordPayment",
        tag=TAG,
        summary="Record cash taken at the door, or a transfer that has arrived",
        description=(
            "Cash needs the collector's open shift and is refused when the bill is paid already. The receipt follows "
            "on the stream. When no answer comes, repeat with the same key: it is never counted twice."
        ),
        handler=record,
        body=PaymentBody,
        secret=frozenset({"transfer_content"}),
        key="payment_id",
        status=201,
        answer=PaymentReply,
        roles=frozenset({Role.COLLECTOR, Role.CASHIER}),
        staff=CASHIERS,
        open_to_leavers=True,
        problems=(
            NotFound,
            NotAllowed,
            SameIdOtherContent,
            refusals.ALREADY_PAID,
            refusals.NOTHING_TO_PAY,
            refusals.UNKNOWN_BILL,
            refusals.CASH_NOT_ROUNDED,
            refusals.CASH_ABOVE_DEBT,
            refusals.BILL_CORRECTED,
            refusals.CASH_CEILING_REACHED,
            refusals.NO_OPEN_SHIFT,
            UnknownVisit,
            refusals.REFERENCE_ALREADY_RECORDED,
            refusals.AMOUNT_IMPLAUSIBLE,
            UnknownDevice,
        ),
    ),
    Operation(
        method="GET",
        path="/v1/payments/{payment_id}",
        name="getPayment",
        tag=TAG,
        summary="Read a payment",
        handler=read,
        path_model=PaymentPath,
        answer=PaymentReply,
        roles=EVERYONE,
        staff=READERS,
    ),
    Operation(
        method="GET",
        path="/v1/payments/{payment_id}/receipt",
        name="getReceiptOfPayment",
        tag=TAG,
        summary="Read the receipt of a payment; not found until it is signed, which takes a moment",
        handler=receipt,
        path_model=PaymentPath,
        answer=ReceiptReply,
        roles=STAFF,
        staff=READERS,
    ),
    Operation(
        method="POST",
        path="/v1/payments/{payment_id}/reversals",
        name="reversePayment",
        tag=TAG,
        summary="Take a payment back: its bills are open again, its receipt is void",
        description="A person takes back what the unit's limit allows; above it, 202: another person has to approve.",
        handler=reverse,
        path_model=PaymentPath,
        body=Reversal,
        key="reversal_id",
        status=201,
        answer=PaymentReply,
        roles=OFFICE,
        staff=COUNTER,
        accepted=ApprovalView,
        problems=(SameIdOtherContent, refusals.ALREADY_REVERSED, UnknownDevice, ApprovalOpen, PersonNeeded),
    ),
    Operation(
        method="POST",
        path="/v1/payments/{payment_id}/reports",
        name="reportPayment",
        tag=TAG,
        summary="Report that cash was taken by mistake; the office reverses it",
        handler=report,
        path_model=PaymentPath,
        body=Report,
        key="report_id",
        status=201,
        answer=PaymentReply,
        roles=COLLECTOR_ONLY,
        problems=(NotFound, SameIdOtherContent, refusals.ALREADY_REPORTED, refusals.ALREADY_REVERSED),
    ),
    Operation(
        method="GET",
        path="/v1/payment-reports",
        name="listPaymentReports",
        tag=TAG,
        summary="List payments that collectors reported as taken by mistake, and that stand",
        handler=reports,
        answer=PaymentReports,
        roles=OFFICE,
        staff=MONEY_READERS,
    ),
    Operation(
        method="GET",
        path="/v1/leaver-payments",
        name="listLeaverPayments",
        tag=TAG,
        summary="List cash that came from the phone of a collector who had left",
        description=(
            "Taken before that as the phone states, and sent after it. It is recorded, so that no money is lost; "
            "whether it is true, a person finds out. The last 500."
        ),
        handler=leaver_payments,
        answer=LeaverPayments,
        roles=OFFICE,
        staff=MONEY_READERS,
    ),
    Operation(
        method="POST",
        path="/v1/postings",
        name="recordPosting",
        tag=TAG,
        summary="Record money that a collection point has taken",
        description=(
            "Never refused because the bills are paid: what clears nothing becomes the customer's credit, up to what a "
            "unit takes for meant (409 `amount-implausible`). A reference is one piece of money: "
            "a second posting under it is refused, whichever customer it names."
        ),
        handler=post,
        body=Posting,
        key="payment_id",
        status=201,
        answer=PaymentReply,
        roles=frozenset({Role.COLLECTION_POINT}),
        problems=(NotFound, SameIdOtherContent, refusals.REFERENCE_ALREADY_RECORDED, refusals.AMOUNT_IMPLAUSIBLE),
    ),
]
