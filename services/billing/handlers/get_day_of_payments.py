from services.billing.store.days import day_of_payments
from shared.clock import bounds_of
from shared.contracts.billing import DayOfPayments, GetDayOfPayments
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import InvalidRequest

MOST_ROUTES = 500


async def get_day_of_payments(request: GetDayOfPayments, work: UnitOfWork) -> DayOfPayments:
    """Return what was paid on each route of a day, as many as fit into one answer."""
    try:
        day = bounds_of(request.day)
    except OverflowError:
        raise InvalidRequest("Ngày không hợp lệ.", facts={"day": request.day.isoformat()}) from None
    found = await day_of_payments(work.connection, request.unit_codes, request.after, day, MOST_ROUTES)
    return DayOfPayments(routes=found)
