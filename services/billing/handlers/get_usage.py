from services.billing.store.accounts import state_of
from services.billing.store.usage import used_bills
from services.billing.usage.months import usage_of
from shared.clock import Clock, business_day
from shared.contracts.billing import GetUsage, Usage
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import NotFound

MOST_CYCLES = 3
"""Bills of one month."""


async def get_usage(request: GetUsage, work: UnitOfWork, *, clock: Clock) -> Usage:
    """Return a customer's last months, and why the latest bill is higher or lower than the one before."""
    if await state_of(work.connection, request.customer_code) is None:
        raise NotFound("Không có khách hàng này trong sổ tính tiền.")
    # The year before the oldest month that is shown.
    years = 2 + request.months // 12
    bills = await used_bills(
        work.connection,
        request.customer_code,
        since_year=business_day(clock()).year - years,
        limit=MOST_CYCLES * (request.months + 13),
    )
    return usage_of(request.customer_code, bills, request.months)
