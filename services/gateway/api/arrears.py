"""Debts that are paid late: agreements to pay in parts, and interest."""

from typing import Annotated

from pydantic import Field, StringConstraints

from services.gateway.access import unit_of_customer
from services.gateway.api import refusals
from services.gateway.api.approvals import ApprovalView, Subject, ask, asked_before
from services.gateway.api.customers import CustomerPath
from services.gateway.approvals.rules import AgreementAsked, ApprovalKind, ApprovalOpen, WaiverAsked
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import NO_DEVICE
from services.gateway.domain.staff import APPROVERS, INTEREST_CLERKS, MONEY_READERS, READERS, SERVICE
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.types import INTEGER, Day, Id, Incoming, IncomingMoment, Nothing, TypedCustomerCode, Words
from shared.contracts.billing import (
    AgreementReply,
    Agreements,
    AgreementState,
    ChargeInterest,
    ChargeReply,
    CheckInstalments,
    DueInterest,
    EndAgreement,
    GetAgreements,
    GetDueInterest,
    GetInterest,
    Instalment,
    InterestReply,
)
from shared.money import format_dong
from shared.problems import Conflict, NotFound, SameIdOtherContent

TAG = "arrears"


class Part(Incoming):
    """One part: how much is to be paid until the end of a day."""

    due_on: Day
    amount: int = Field(gt=0, le=10**12, description="đồng")


class AgreementBody(Incoming):
    """An agreement that is asked for."""

    parts: list[Part] = Field(
        min_length=1, max_length=60, description="In the order of their days; together what the customer owes."
    )
    paper: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f-\x9f]*\S+.*$")] = (
        Field(description="Where the paper is that the customer has signed.", examples=["TT 12/2026"])
    )
    reason: Words = Field(examples=["Nhà có người ốm"])


class AgreementPath(Incoming):
    """One agreement."""

    agreement_id: Id


class AgreementsQuery(Incoming):
    """Which agreements."""

    state: AgreementState | None = None
    customer_code: TypedCustomerCode | None = None
    before: IncomingMoment | None = Field(default=None, description="`agreed_at` of the last one of a page.")
    limit: Annotated[int, Field(ge=1, le=200), INTEGER] = 50


class EndingBody(Incoming):
    """Why an agreement is ended."""

    reason: Words = Field(examples=["Khách đề nghị"])


class InterestQuery(Incoming):
    """Until when."""

    until: Day | None = Field(default=None, description="At most yesterday, which is meant where it is left out.")


class DueInterestQuery(InterestQuery):
    """Whose interest."""

    least: Annotated[int, Field(ge=1, le=10**12), INTEGER] = 1
    after: TypedCustomerCode | None = Field(default=None, description="`after` of the page before.")


class InterestBody(Incoming):
    """Interest as it was shown, and why it is charged or waived."""

    until: Day
    expected: int = Field(gt=0, le=10**12, description="đồng, as it was shown.")
    reason: Words = Field(examples=["Theo hợp đồng"])


async def agreements(call: Call[Nothing, AgreementsQuery, None], dependencies: Dependencies) -> Agreements:
    """List agreements."""
    query = call.query
    return await dependencies.request(
        GetAgreements(
            states=[] if query.state is None else [query.state],
            customer_code=query.customer_code,
            unit_codes=call.member.unit_codes,
            before=query.before,
            limit=query.limit,
        )
    )


async def ask_for_agreement(
    call: Call[CustomerPath, Nothing, AgreementBody], dependencies: Dependencies
) -> ApprovalView:
    """Ask for an agreement that another person approves."""
    customer_code, body = call.path.customer_code, call.body
    parts = [Instalment(due_on=part.due_on, amount=part.amount) for part in body.parts]
    asked = AgreementAsked(customer_code=customer_code, parts=parts, paper=body.paper.strip(), reason=body.reason)
    if (repeated := await asked_before(call.key, asked, call.member, dependencies)) is not None:
        return repeated
    unit_code = await unit_of_customer(call.member, customer_code, dependencies)
    terms = await dependencies.request(CheckInstalments(customer_code=customer_code, parts=parts))
    subject = Subject(customer_code, customer_code, unit_code, terms.debt)
    return await ask(call.key, ApprovalKind.INSTALMENT_AGREEMENT, subject, asked, call.member, dependencies)


async def end_agreement(call: Call[AgreementPath, Nothing, EndingBody], dependencies: Dependencies) -> AgreementReply:
    """End an agreement."""
    return await dependencies.request(
        EndAgreement(
            ending_id=call.key,
            agreement_id=call.path.agreement_id,
            reason=call.body.reason,
            unit_codes=call.member.unit_codes,
        )
    )


async def interest(call: Call[CustomerPath, InterestQuery, None], dependencies: Dependencies) -> InterestReply:
    """Read a customer's interest."""
    await unit_of_customer(call.member, call.path.customer_code, dependencies)
    return await dependencies.request(GetInterest(customer_code=call.path.customer_code, until=call.query.until))


async def due_interest(call: Call[Nothing, DueInterestQuery, None], dependencies: Dependencies) -> DueInterest:
    """List whose interest there is to charge."""
    query = call.query
    return await dependencies.request(
        GetDueInterest(
            unit_codes=call.member.unit_codes, until=query.until, least=query.least, after=query.after, limit=200
        )
    )


async def charge_interest(call: Call[CustomerPath, Nothing, InterestBody], dependencies: Dependencies) -> ChargeReply:
    """Charge interest as it was shown."""
    body = call.body
    return await dependencies.request(
        ChargeInterest(
            charge_id=call.key,
            customer_code=call.path.customer_code,
            until=body.until,
            expected=body.expected,
            reason=body.reason,
            unit_codes=call.member.unit_codes,
        )
    )


async def ask_for_waiver(call: Call[CustomerPath, Nothing, InterestBody], dependencies: Dependencies) -> ApprovalView:
    """Ask for letting a customer off interest; another person approves it."""
    customer_code, body = call.path.customer_code, call.body
    asked = WaiverAsked(customer_code=customer_code, until=body.until, interest=body.expected, reason=body.reason)
    if (repeated := await asked_before(call.key, asked, call.member, dependencies)) is not None:
        return repeated
    unit_code = await unit_of_customer(call.member, customer_code, dependencies)
    found = (await dependencies.request(GetInterest(customer_code=customer_code, until=body.until))).interest
    if found.total != body.expected:
        raise Conflict(
            f"Tiền lãi nay là {format_dong(found.total)}, không phải {format_dong(body.expected)}.",
            slug=refusals.INTEREST_CHANGED.slug,
            title=refusals.INTEREST_CHANGED.title,
            facts={"total": found.total, "expected": body.expected},
        )
    subject = Subject(customer_code, customer_code, unit_code, body.expected)
    return await ask(call.key, ApprovalKind.INTEREST_WAIVER, subject, asked, call.member, dependencies)


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="GET",
        path="/v1/agreements",
        name="listAgreements",
        tag=TAG,
        summary="List agreements to pay in parts, the one made last first",
        handler=agreements,
        query_model=AgreementsQuery,
        answer=Agreements,
        roles=NO_DEVICE,
        staff=READERS,
    ),
    Operation(
        method="POST",
        path="/v1/customers/{customer_code}/agreements",
        name="askForAgreement",
        tag=TAG,
        summary="Ask for an agreement to pay all that is owed in parts; another person approves it",
        description=(
            "It is made when it is approved, under the id of the approval, if the parts are still what is owed then. "
            "Payments fill the oldest part first. While it is in force the customer is neither reminded nor cut off."
        ),
        handler=ask_for_agreement,
        path_model=CustomerPath,
        body=AgreementBody,
        key="approval_id",
        status=202,
        answer=ApprovalView,
        roles=NO_DEVICE,
        staff=SERVICE,
        problems=(
            NotFound,
            ApprovalOpen,
            SameIdOtherContent,
            refusals.AGREEMENT_IN_FORCE,
            refusals.INSTALMENTS_DO_NOT_ADD_UP,
            refusals.INSTALMENTS_NOT_ALLOWED,
            refusals.NO_DEBT,
            refusals.UNREADABLE_TEXT,
        ),
    ),
    Operation(
        method="POST",
        path="/v1/agreements/{agreement_id}/end",
        name="endAgreement",
        tag=TAG,
        summary="End an agreement: its bills are as any others again, reminders and dunning included",
        handler=end_agreement,
        path_model=AgreementPath,
        body=EndingBody,
        key="ending_id",
        answer=AgreementReply,
        roles=NO_DEVICE,
        staff=APPROVERS,
        problems=(NotFound, SameIdOtherContent, refusals.AGREEMENT_NOT_IN_FORCE, refusals.UNREADABLE_TEXT),
    ),
    Operation(
        method="GET",
        path="/v1/customers/{customer_code}/interest",
        name="getInterest",
        tag=TAG,
        summary="Compute a customer's interest on late payment; nothing changes",
        description="By the dated rule of the unit; nothing where it asks for none. With what was charged and waived.",
        handler=interest,
        path_model=CustomerPath,
        query_model=InterestQuery,
        answer=InterestReply,
        roles=NO_DEVICE,
        staff=READERS,
        problems=(NotFound, refusals.DAY_TO_COME),
    ),
    Operation(
        method="GET",
        path="/v1/interest",
        name="listDueInterest",
        tag=TAG,
        summary="Compute whose interest there is to charge, page by page; nothing changes",
        handler=due_interest,
        query_model=DueInterestQuery,
        answer=DueInterest,
        roles=NO_DEVICE,
        staff=MONEY_READERS,
        problems=(refusals.DAY_TO_COME,),
    ),
    Operation(
        method="POST",
        path="/v1/customers/{customer_code}/interest/charges",
        name="chargeInterest",
        tag=TAG,
        summary="Charge interest as it was shown, by a bill of its own; each day of a bill once",
        handler=charge_interest,
        path_model=CustomerPath,
        body=InterestBody,
        key="charge_id",
        answer=ChargeReply,
        roles=NO_DEVICE,
        staff=INTEREST_CLERKS,
        problems=(
            NotFound,
            SameIdOtherContent,
            refusals.INTEREST_CHANGED,
            refusals.NO_INTEREST,
            refusals.DAY_TO_COME,
            refusals.UNREADABLE_TEXT,
        ),
    ),
    Operation(
        method="POST",
        path="/v1/customers/{customer_code}/interest/waivers",
        name="askForWaiver",
        tag=TAG,
        summary="Ask for letting a customer off interest that is not charged yet; another person approves it",
        handler=ask_for_waiver,
        path_model=CustomerPath,
        body=InterestBody,
        key="approval_id",
        status=202,
        answer=ApprovalView,
        roles=NO_DEVICE,
        staff=SERVICE,
        problems=(
            NotFound,
            ApprovalOpen,
            SameIdOtherContent,
            refusals.INTEREST_CHANGED,
            refusals.DAY_TO_COME,
            refusals.UNREADABLE_TEXT,
        ),
    ),
]
