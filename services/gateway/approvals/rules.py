"""What one person does alone, and who may decide over the rest. Pure."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, Field

from services.gateway.domain.staff import APPROVERS, StaffMember
from shared.contracts.billing import CorrectedBillReading, CorrectionKind, Instalment
from shared.dated_rules import DatedRule, rule_in_force
from shared.problems import Conflict, NotAllowed, NotFound


class ApprovalKind(StrEnum):
    """What is approved."""

    PAYMENT_REVERSAL = "payment_reversal"
    """A payment is taken back."""
    BILL_CORRECTION = "bill_correction"
    """A wrong bill is adjusted or replaced."""
    INSTALMENT_AGREEMENT = "instalment_agreement"
    """A customer pays what is owed in parts."""
    INTEREST_WAIVER = "interest_waiver"
    """A customer is let off interest on late payment."""


class Decision(StrEnum):
    """What the other person decides."""

    APPROVED = "approved"
    REFUSED = "refused"


class ApprovalLimitRule(DatedRule):
    """What one person does alone. Amounts in đồng."""

    reversal: int = Field(ge=0, le=10**12)
    desks_bound: bool = False


NOTHING_ALONE = ApprovalLimitRule(in_force_from=date.min, reversal=0)


def limits_of(rules: Sequence[ApprovalLimitRule], unit_code: str, day: date) -> ApprovalLimitRule:
    """Return what one person does alone in a unit on a day; nothing where no rule says so."""
    return rule_in_force(rules, unit_code, day, default=NOTHING_ALONE)


class ReversalAsked(BaseModel):
    """What is kept of a reversal until it is approved."""

    payment_id: UUID
    reason: str
    device_id: UUID | None
    paper_returned: bool | None = None
    at_office: bool = False
    """Whoever asks gives the cash back."""


class CorrectionAsked(BaseModel):
    """What is kept of a correction of a bill until it is approved."""

    bill_number: str
    kind: CorrectionKind
    readings: list[CorrectedBillReading] = Field(default_factory=list)
    price_group: str | None = None
    households: str | None = None
    difference: int
    """By how much more is owed, as it was shown to whoever asked; what comes to something else is not done."""
    reason: str


class AgreementAsked(BaseModel):
    """What is kept of an agreement until it is approved."""

    customer_code: str
    parts: list[Instalment]
    paper: str
    reason: str


class WaiverAsked(BaseModel):
    """What is kept of letting somebody off interest until it is approved."""

    customer_code: str
    until: date
    interest: int
    """đồng, as it was shown to whoever asked; what comes to something else is not done."""
    reason: str


Asked = ReversalAsked | CorrectionAsked | AgreementAsked | WaiverAsked


class Person(BaseModel):
    """Who asked or decided."""

    staff_id: UUID
    login_name: str
    full_name: str


class Approval(BaseModel):
    """What was asked for, and what was decided."""

    approval_id: UUID
    kind: ApprovalKind
    subject: str
    customer_code: str | None
    unit_code: str
    amount: int
    reason: str
    asked_for: Asked
    asked_by: Person
    asked_at: datetime
    decision: Decision | None = None
    decision_reason: str | None = None
    decided_by: Person | None = None
    decided_at: datetime | None = None
    outcome: str | None = None


class SecondPersonNeeded(NotAllowed):
    """Who asked for something cannot approve it."""

    slug = "second-person-needed"
    title = "Who asked cannot approve"
    usual_detail = "Việc này phải do người khác duyệt."


class PersonNeeded(NotAllowed):
    """A desk cannot do this: somebody has to sign in and ask for it."""

    slug = "person-needed"
    title = "A person has to sign in and ask for it"
    usual_detail = "Khoản này vượt hạn mức. Hãy đăng nhập trang văn phòng để đề nghị hủy và chờ người khác duyệt."


class ApprovalOpen(Conflict):
    """The same was asked for already, and is not decided: ``facts.approval_id``."""

    slug = "approval-open"
    title = "It is asked for already"
    usual_detail = "Việc này đã được đề nghị và đang chờ duyệt."


class ApprovalDecided(Conflict):
    """Somebody has decided already, or decided otherwise."""

    slug = "approval-decided"
    title = "It is decided already"
    usual_detail = "Đề nghị này đã được quyết định."


def require_may_decide(approval: Approval, member: StaffMember, decision: Decision) -> None:
    """Refuse who may not decide: another unit's, whoever asked (but to take it back), and who approves nothing.

    Raises :class:`~shared.problems.NotFound`, :class:`SecondPersonNeeded` and :class:`~shared.problems.NotAllowed`.
    """
    if not member.sees_unit(approval.unit_code):
        raise NotFound("Không có đề nghị này.")
    if approval.asked_by.staff_id == member.staff_id:
        if decision is Decision.APPROVED:
            raise SecondPersonNeeded
        return
    if not member.has_role(*APPROVERS):
        raise NotAllowed("Bạn không có quyền duyệt.", facts={"roles": sorted(member.roles)})
