from services.customer.domain.visits import VisitRules
from services.customer.visits.standings import update_standing
from shared.contracts.billing import BillDisputeChanged
from shared.messaging import UnitOfWork


async def apply_bill_dispute(event: BillDisputeChanged, work: UnitOfWork, *, rules: VisitRules) -> None:
    """A disputed bill is owed as before: only the version of the account is a new one."""
    await update_standing(work, event.account, event.changed_at, rules)
