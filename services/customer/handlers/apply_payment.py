from services.customer.domain.visits import VisitRules
from services.customer.visits.standings import update_standing
from shared.contracts.billing import PaymentRecorded
from shared.messaging import UnitOfWork


async def apply_payment(event: PaymentRecorded, work: UnitOfWork, *, rules: VisitRules) -> None:
    """A payment that clears the debt settles the customer and ends the visits for it."""
    await update_standing(work.connection, event.account, event.payment.received_at, rules)
