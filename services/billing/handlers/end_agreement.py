"""End an instalment agreement, because a person says so."""

from services.billing.ended_agreement import end_agreement_as
from services.billing.store import agreements
from shared.clock import Clock
from shared.contracts.billing import AgreementReply, AgreementState, EndAgreement
from shared.messaging.unit_of_work import UnitOfWork


async def end_agreement(request: EndAgreement, work: UnitOfWork, *, clock: Clock) -> AgreementReply:
    """End an agreement that is in force, once. The account is locked."""
    agreement = await agreements.find(work.connection, request.agreement_id)
    assert agreement is not None  # noqa: S101 - its account is locked
    ended = await end_agreement_as(agreement, AgreementState.ENDED, request.reason, work, clock())
    return AgreementReply(agreement=ended)
