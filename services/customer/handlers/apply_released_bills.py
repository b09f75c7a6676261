"""``bills.released``: a batch of a bill run makes customers due who owed nothing."""

from services.customer.domain.visits import VisitRules
from services.customer.visits.standings import update_standings
from shared.contracts.billing import BillsReleased
from shared.messaging import UnitOfWork


async def apply_released_bills(event: BillsReleased, work: UnitOfWork, *, rules: VisitRules) -> None:
    """Keep what billing reports of the accounts of a batch, and where the visits then lead."""
    await update_standings(work.connection, event.accounts, event.released_at, rules)
