from services.billing.store import shifts
from shared.contracts.billing import GetShifts, Shifts
from shared.messaging.unit_of_work import UnitOfWork


async def get_shifts(request: GetShifts, work: UnitOfWork) -> Shifts:
    """Return shifts of all collectors, or of some, each with its totals up to now."""
    return Shifts(shifts=await shifts.listed(work.connection, request))
