from services.billing.store import reversals
from shared.contracts.billing import GetReversals, Reversals
from shared.messaging.unit_of_work import UnitOfWork


async def get_reversals(request: GetReversals, work: UnitOfWork) -> Reversals:
    """Return reversals with what is still to come of them."""
    return Reversals(reversals=await reversals.listed(work.connection, request))
