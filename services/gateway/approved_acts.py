"""Does what was approved: as the act of whoever approved it, naming whoever asked."""

from collections.abc import Awaitable, Callable, Mapping

from services.gateway.approvals import store
from services.gateway.approvals.rules import (
    AgreementAsked,
    Approval,
    ApprovalKind,
    CorrectionAsked,
    ReversalAsked,
    WaiverAsked,
)
from services.gateway.dependencies import Dependencies
from services.gateway.domain.staff import StaffMember, reference_of
from shared.contracts.actor import AskedBy
from shared.contracts.billing import AgreeInstalments, CorrectBill, ReversePayment, WaiveInterest
from shared.contracts.uses import Households, Uses
from shared.messaging.context import acting
from shared.problems import Problem, Unavailable


async def _reverse_payment(approval: Approval, member: StaffMember, dependencies: Dependencies) -> None:
    asked = approval.asked_for
    assert isinstance(asked, ReversalAsked)  # noqa: S101 - what a reversal keeps
    await dependencies.request(
        ReversePayment(
            reversal_id=approval.approval_id,
            payment_id=asked.payment_id,
            reason=asked.reason,
            reversed_by=f"{approval.asked_by.full_name[:38]}, {member.full_name[:38]}",
            device_id=asked.device_id,
            paper_returned=asked.paper_returned,
            given_back_by=approval.asked_by.staff_id if asked.at_office else None,
        )
    )


async def _correct_bill(approval: Approval, member: StaffMember, dependencies: Dependencies) -> None:
    asked = approval.asked_for
    assert isinstance(asked, CorrectionAsked)  # noqa: S101 - what a correction keeps
    await dependencies.request(
        CorrectBill(
            correction_id=approval.approval_id,
            bill_number=asked.bill_number,
            kind=asked.kind,
            readings=asked.readings,
            price_group=None if asked.price_group is None else Uses(asked.price_group),
            households=None if asked.households is None else Households(asked.households),
            expected_difference=asked.difference,
            reason=asked.reason,
            # Two people may have one name.
            asked_by=_named(approval.asked_by.full_name, approval.asked_by.login_name),
            approved_by=_named(member.full_name, member.login_name),
        )
    )


async def _agree_instalments(approval: Approval, member: StaffMember, dependencies: Dependencies) -> None:
    asked = approval.asked_for
    assert isinstance(asked, AgreementAsked)  # noqa: S101 - what an agreement keeps
    await dependencies.request(
        AgreeInstalments(
            agreement_id=approval.approval_id,
            customer_code=asked.customer_code,
            parts=asked.parts,
            paper=asked.paper,
            reason=asked.reason,
            asked_by=_named(approval.asked_by.full_name, approval.asked_by.login_name),
            approved_by=_named(member.full_name, member.login_name),
        )
    )


async def _waive_interest(approval: Approval, member: StaffMember, dependencies: Dependencies) -> None:
    asked = approval.asked_for
    assert isinstance(asked, WaiverAsked)  # noqa: S101 - what a waiver keeps
    await dependencies.request(
        WaiveInterest(
            waiver_id=approval.approval_id,
            customer_code=asked.customer_code,
            until=asked.until,
            expected=asked.interest,
            reason=asked.reason,
            asked_by=_named(approval.asked_by.full_name, approval.asked_by.login_name),
            approved_by=_named(member.full_name, member.login_name),
        )
    )


def _named(full_name: str, login_name: str) -> str:
    return f"{full_name[:38]} ({login_name[:38]})"


EXECUTED_BY: Mapping[ApprovalKind, Callable[[Approval, StaffMember, Dependencies], Awaitable[None]]] = {
    ApprovalKind.PAYMENT_REVERSAL: _reverse_payment,
    ApprovalKind.BILL_CORRECTION: _correct_bill,
    ApprovalKind.INSTALMENT_AGREEMENT: _agree_instalments,
    ApprovalKind.INTEREST_WAIVER: _waive_interest,
}


async def execute(approval: Approval, member: StaffMember, dependencies: Dependencies) -> None:
    """Do what was approved, and keep what came of it.

    It has the id of the approval: done again after a lost answer it is done once. Where nobody knows whether it was
    done (a :class:`~shared.problems.Unavailable` is raised) the outcome stays open, and the same decision tries again.
    """
    asked_by = AskedBy(id=str(approval.asked_by.staff_id), reference=reference_of(approval.asked_by.login_name))
    outcome = "done"
    try:
        with acting(member.as_actor.model_copy(update={"asked_by": asked_by})):
            await EXECUTED_BY[approval.kind](approval, member, dependencies)
    except Unavailable:
        raise
    except Problem as problem:
        outcome = problem.slug
    async with dependencies.database() as connection:
        await store.end(connection, approval.approval_id, outcome)
