from services.customer.domain.visits import VisitRules
from services.customer.visits.standings import update_standing
from shared.contracts.billing import BillIssued
from shared.messaging import UnitOfWork


async def apply_bill(event: BillIssued, work: UnitOfWork, *, rules: VisitRules) -> None:
    """A bill makes a customer due who owed nothing."""
    await update_standing(work, event.account, event.bill.issued_at, rules)
