from services.customer.domain.visits import VisitRules
from services.customer.visits.standings import update_standing
from shared.client_times import AT_THE_DOOR
from shared.clock import Clock
from shared.contracts.billing import PaymentRecorded
from shared.messaging import UnitOfWork


async def apply_payment(event: PaymentRecorded, work: UnitOfWork, *, rules: VisitRules, clock: Clock) -> None:
    """A payment that clears the debt settles the customer and ends the visits for it."""
    # Versions until 0.1 passed on whatever time the client stated.
    happened_at = AT_THE_DOOR.near(event.payment.received_at, clock())
    await update_standing(work, event.account, happened_at, rules)
