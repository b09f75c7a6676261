from services.billing.store.days import hours_of_payments
from shared.clock import bounds_of
from shared.contracts.billing import GetHoursOfPayments, HoursOfPayments
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import InvalidRequest


async def get_hours_of_payments(request: GetHoursOfPayments, work: UnitOfWork) -> HoursOfPayments:
    """Return what was paid in each hour of a day."""
    try:
        day = bounds_of(request.day)
    except OverflowError:
        raise InvalidRequest("Ngày không hợp lệ.", facts={"day": request.day.isoformat()}) from None
    return HoursOfPayments(hours=await hours_of_payments(work.connection, request.unit_codes, day))
