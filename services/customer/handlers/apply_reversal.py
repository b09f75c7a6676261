from services.customer.domain.visits import VisitRules
from services.customer.visits.standings import update_standing
from shared.contracts.billing import PaymentReversed
from shared.messaging import UnitOfWork


async def apply_reversal(event: PaymentReversed, work: UnitOfWork, *, rules: VisitRules) -> None:
    """A reversal makes the customer due again."""
    await update_standing(work, event.account, event.reversed_at, rules)
