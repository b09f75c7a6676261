"""Does what was approved: as the act of whoever approved it, naming whoever asked."""

from collections.abc import Awaitable, Callable, Mapping

from services.gateway.approvals import store
from services.gateway.approvals.rules import Approval, ApprovalKind
from services.gateway.dependencies import Dependencies
from services.gateway.domain.staff import StaffMember, reference_of
from shared.contracts.actor import AskedBy
from shared.contracts.billing import ReversePayment
from shared.messaging.context import acting
from shared.problems import Problem, Unavailable


async def _reverse_payment(approval: Approval, member: StaffMember, dependencies: Dependencies) -> None:
    asked = approval.asked_for
    await dependencies.request(
        ReversePayment(
            reversal_id=approval.approval_id,
            payment_id=asked.payment_id,
            reason=asked.reason,
            reversed_by=f"{approval.asked_by.full_name[:38]}, {member.full_name[:38]}",
            device_id=asked.device_id,
        )
    )


EXECUTED_BY: Mapping[ApprovalKind, Callable[[Approval, StaffMember, Dependencies], Awaitable[None]]] = {
    ApprovalKind.PAYMENT_REVERSAL: _reverse_payment
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
