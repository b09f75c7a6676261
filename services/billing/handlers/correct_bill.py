"""Put a wrong bill right: one transaction under the lock of the customer's account."""

from collections.abc import Sequence

from services.billing.corrected_bill import put_right
from services.billing.corrections.rules import check_people
from services.billing.judgement.rules import JudgementRule
from services.billing.tariffs.models import Tariffs
from shared.clock import Clock
from shared.contracts.billing import CorrectBill, CorrectionReply
from shared.messaging.unit_of_work import UnitOfWork


async def correct_bill(
    request: CorrectBill,
    work: UnitOfWork,
    *,
    tariffs: Tariffs,
    clock: Clock,
    judgement_rules: Sequence[JudgementRule],
) -> CorrectionReply:
    """Adjust or replace a bill that two people have decided over, once; what was issued stays as it was issued."""
    check_people(request.asked_by, request.approved_by)
    return await put_right(request, work, tariffs=tariffs, clock=clock, judgement_rules=judgement_rules)
