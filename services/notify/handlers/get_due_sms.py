from services.notify.store.reminders import due_of_units
from shared.clock import Clock, bounds_of, business_day, now
from shared.contracts.notify import DueSms, GetDueSms
from shared.messaging import UnitOfWork


async def get_due_sms(request: GetDueSms, work: UnitOfWork, *, clock: Clock = now) -> DueSms:
    """Return how many SMS are still to leave on this business day, by unit."""
    moment = clock()
    _, until = bounds_of(business_day(moment))
    return DueSms(units=await due_of_units(work.connection, request.unit_codes, moment, until))
