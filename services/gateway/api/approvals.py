"""What one person asks for and another approves."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.gateway.approvals import store
from services.gateway.approvals.rules import (
    AgreementAsked,
    Approval,
    ApprovalDecided,
    ApprovalKind,
    ApprovalOpen,
    Asked,
    CorrectionAsked,
    Decision,
    ReversalAsked,
    SecondPersonNeeded,
    WaiverAsked,
    require_may_decide,
)
from services.gateway.approved_acts import execute
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import NO_DEVICE
from services.gateway.domain.staff import APPROVERS, COUNTER, READERS, READING_CLERKS, StaffMember
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.types import INTEGER, Id, Incoming, IncomingMoment, Nothing, Outgoing, Words
from shared.contracts.billing import CorrectionKind, Payment
from shared.idempotency import same_id_other_content
from shared.problems import NotFound

TAG = "people"


class ApprovalPath(Incoming):
    """One thing that was asked for."""

    approval_id: Id


class ApprovalsQuery(Incoming):
    """Which ones."""

    state: Literal["open", "decided"] | None = None
    before: IncomingMoment | None = Field(default=None, description="`asked_at` of the last one of the page before.")
    limit: Annotated[int, Field(ge=1, le=200), INTEGER] = 50


class DecisionBody(Incoming):
    """What is decided, and why."""

    decision: Decision
    reason: Words = Field(examples=["Đã xem sao kê ngân hàng"])


class PersonView(Outgoing):
    """Who asked or decided."""

    staff_id: UUID
    login_name: str
    full_name: str


class WantedReadingView(Outgoing):
    """What a register is to have shown on the corrected bill."""

    meter_number: str
    meter_register: str
    old_reading: int
    new_reading: int


class WantedCorrectionView(Outgoing):
    """How a bill is to be corrected; what is left out is as it was billed."""

    kind: CorrectionKind
    readings: list[WantedReadingView]
    price_group: str | None
    households: str | None


class WantedPartView(Outgoing):
    """One part of an agreement."""

    due_on: date
    amount: int = Field(description="Whole đồng.")


class WantedAgreementView(Outgoing):
    """In which parts a customer is to pay."""

    parts: list[WantedPartView]
    paper: str = Field(description="Where the paper is that the customer has signed.")


class ApprovalView(Outgoing):
    """What was asked for, who decided, and what came of it."""

    approval_id: UUID
    kind: ApprovalKind
    subject: str = Field(
        description="Of `payment_reversal`: the payment; of `bill_correction`: the number of the bill; of others the "
        "customer."
    )
    customer_code: str | None
    unit_code: str
    amount: int = Field(
        description="Whole đồng; of `bill_correction` by how much more is owed, negative for less; of "
        "`instalment_agreement` what is owed; of `interest_waiver` the interest."
    )
    reason: str
    asked_by: PersonView
    asked_at: datetime
    decision: Decision | None
    decision_reason: str | None
    decided_by: PersonView | None
    decided_at: datetime | None
    correction: WantedCorrectionView | None = Field(description="Of `bill_correction`: what is approved.")
    agreement: WantedAgreementView | None = Field(
        default=None, description="Of `instalment_agreement`: what is approved."
    )
    interest_until: date | None = Field(default=None, description="Of `interest_waiver`: the last day.")
    outcome: str | None = Field(
        description="Of what was approved: `done`, or the type of the refusal without its prefix; null while it is not "
        "known, then the same decision again tries again."
    )


class ApprovalsView(Outgoing):
    """The latest first."""

    approvals: list[ApprovalView]


def view(approval: Approval) -> ApprovalView:
    """Return what was asked for as the API shows it."""
    asked = approval.asked_for
    correction = asked.model_dump() if isinstance(asked, CorrectionAsked) else None
    agreement = asked.model_dump() if isinstance(asked, AgreementAsked) else None
    until = asked.until if isinstance(asked, WaiverAsked) else None
    return ApprovalView.model_validate(
        approval.model_dump(exclude={"asked_for"})
        | {"correction": correction, "agreement": agreement, "interest_until": until}
    )


async def ask_for_reversal(
    approval_id: UUID,
    payment: Payment,
    unit_code: str,
    asked: ReversalAsked,
    member: StaffMember,
    dependencies: Dependencies,
) -> ApprovalView:
    """Keep that somebody asks for a reversal; repeating it gives what became of it."""
    subject = Subject(str(payment.payment_id), payment.customer_code, unit_code, payment.amount)
    return await ask(approval_id, ApprovalKind.PAYMENT_REVERSAL, subject, asked, member, dependencies)


@dataclass(frozen=True, slots=True)
class Subject:
    """What something is asked for: its id, whose it is, and how much it is about in đồng."""

    subject: str
    customer_code: str
    unit_code: str
    amount: int


async def asked_before(
    approval_id: UUID, asked: Asked, member: StaffMember, dependencies: Dependencies
) -> ApprovalView | None:
    """Return what became of what somebody asked for under an id; None where nobody has used it."""
    async with dependencies.database() as connection:
        found = await store.approval(connection, approval_id)
    return None if found is None else _same(found, approval_id, asked, member)


def _same(found: Approval | None, approval_id: UUID, asked: Asked, member: StaffMember) -> ApprovalView:
    if found is None or found.asked_for != asked or found.asked_by.staff_id != member.staff_id:
        raise same_id_other_content(approval_id)
    return view(found)


async def ask(
    approval_id: UUID,
    kind: ApprovalKind,
    subject: Subject,
    asked: Asked,
    member: StaffMember,
    dependencies: Dependencies,
) -> ApprovalView:
    """Keep that somebody asks for something; repeating it gives what became of it. Raises :class:`ApprovalOpen`."""
    async with dependencies.database() as connection, connection.transaction():
        await store.lock_subject(connection, subject.subject)
        found = await store.approval(connection, approval_id)
        if found is None:
            waiting = await store.undecided(connection, kind, subject.subject)
            if waiting is not None:
                raise ApprovalOpen(facts={"approval_id": str(waiting)})
            await store.ask(
                connection,
                approval_id,
                kind,
                subject=subject.subject,
                customer_code=subject.customer_code,
                unit_code=subject.unit_code,
                amount=subject.amount,
                asked_for=asked,
                asked_by=member.staff_id,
                now=dependencies.clock(),
            )
            found = await store.approval(connection, approval_id)
    return _same(found, approval_id, asked, member)


async def read_all(call: Call[Nothing, ApprovalsQuery, None], dependencies: Dependencies) -> ApprovalsView:
    """List what people asked for."""
    query = call.query
    async with dependencies.database() as connection:
        found = await store.approvals(
            connection,
            call.member.unit_codes,
            is_open=None if query.state is None else query.state == "open",
            before=query.before,
            limit=query.limit,
        )
    return ApprovalsView(approvals=[view(one) for one in found])


async def decide(call: Call[ApprovalPath, Nothing, DecisionBody], dependencies: Dependencies) -> ApprovalView:
    """Decide over what somebody else asked for, or take back what one asked for; what is approved is done at once."""
    member, body = call.member, call.body
    asked = await _existing(call.path.approval_id, member, body.decision, dependencies)
    async with dependencies.database() as connection:
        await store.decide(connection, asked, body.decision, body.reason, member.staff_id, dependencies.clock())
    decided = await _existing(call.path.approval_id, member, body.decision, dependencies)
    by = decided.decided_by
    if by is None or (by.staff_id, decided.decision) != (member.staff_id, body.decision):
        raise ApprovalDecided(facts={"decision": decided.decision})
    if decided.decision is Decision.APPROVED and decided.outcome is None:
        await execute(decided, member, dependencies)
        decided = await _existing(call.path.approval_id, member, body.decision, dependencies)
    call.changes.before = {"decision": asked.decision, "outcome": asked.outcome}
    call.changes.after = {"decision": decided.decision, "outcome": decided.outcome, "subject": decided.subject}
    return view(decided)


async def _existing(approval_id: UUID, member: StaffMember, decision: Decision, dependencies: Dependencies) -> Approval:
    async with dependencies.database() as connection:
        found = await store.approval(connection, approval_id)
    if found is None:
        raise NotFound("Không có đề nghị này.")
    require_may_decide(found, member, decision)
    return found


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="GET",
        path="/v1/approvals",
        name="listApprovals",
        tag=TAG,
        summary="List what people asked for that others approve",
        handler=read_all,
        query_model=ApprovalsQuery,
        answer=ApprovalsView,
        roles=NO_DEVICE,
        staff=READERS,
    ),
    Operation(
        method="POST",
        path="/v1/approvals/{approval_id}/decision",
        name="decideApproval",
        tag=TAG,
        summary="Approve or refuse what another person asked for, or take back what one asked for",
        description="What is approved is done at once, under the id of the approval; `outcome` has what came of it.",
        handler=decide,
        path_model=ApprovalPath,
        body=DecisionBody,
        answer=ApprovalView,
        roles=NO_DEVICE,
        staff=APPROVERS | COUNTER | READING_CLERKS,
        problems=(SecondPersonNeeded, ApprovalDecided),
    ),
]
