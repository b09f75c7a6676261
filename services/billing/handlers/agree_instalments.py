"""Let a customer pay what is owed in parts: one transaction under the lock of the account."""

from collections.abc import Sequence

from services.billing.agreed_parts import check_agreement
from services.billing.arrears.instalments import AgreementRule
from services.billing.corrections.rules import check_people
from services.billing.store import agreements
from shared.clock import Clock
from shared.contracts.billing import AgreeInstalments, AgreementChanged, AgreementReply
from shared.idempotency import same_id_other_content
from shared.messaging.unit_of_work import UnitOfWork


async def agree_instalments(
    request: AgreeInstalments, work: UnitOfWork, *, clock: Clock, agreement_rules: Sequence[AgreementRule]
) -> AgreementReply:
    """Agree about all that is open, once; nobody is reminded of it or cut off for it while the agreement is kept."""
    connection, moment = work.connection, clock()
    check_people(request.asked_by, request.approved_by)
    debt, rule = await check_agreement(connection, request, agreement_rules, moment)
    if not await agreements.add(connection, request, debt, rule.late_days, moment, work.actor):
        raise same_id_other_content(request.agreement_id)
    agreement = await agreements.find(connection, request.agreement_id)
    assert agreement is not None  # noqa: S101 - it was just stored
    await work.emit(
        AgreementChanged(agreement=agreement, changed_at=moment, actor=work.actor), aggregate=request.customer_code
    )
    return AgreementReply(agreement=agreement)
