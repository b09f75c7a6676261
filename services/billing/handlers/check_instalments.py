from collections.abc import Sequence

from services.billing.agreed_parts import check_agreement
from services.billing.arrears.instalments import AgreementRule
from shared.clock import Clock
from shared.contracts.billing import CheckInstalments, InstalmentTerms
from shared.messaging.unit_of_work import UnitOfWork


async def check_instalments(
    request: CheckInstalments, work: UnitOfWork, *, clock: Clock, agreement_rules: Sequence[AgreementRule]
) -> InstalmentTerms:
    """Return what would be agreed about; raise the refusal that the agreement would get."""
    debt, rule = await check_agreement(work.connection, request, agreement_rules, clock())
    return InstalmentTerms(debt=debt, late_days=rule.late_days)
