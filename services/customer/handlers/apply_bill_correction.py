from services.customer.domain.visits import VisitRules
from services.customer.visits.standings import update_standing
from shared.contracts.billing import BillCorrected
from shared.messaging import UnitOfWork


async def apply_bill_correction(event: BillCorrected, work: UnitOfWork, *, rules: VisitRules) -> None:
    """A correction makes a customer due, or not due any more."""
    await update_standing(work, event.account, event.correction.corrected_at, rules)
