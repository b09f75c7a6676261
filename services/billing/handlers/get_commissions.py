from calendar import monthrange
from datetime import date

from services.billing.store import commissions
from shared.contracts.billing import CommissionsReport, GetCommissions
from shared.messaging.unit_of_work import UnitOfWork


async def get_commissions(request: GetCommissions, work: UnitOfWork) -> CommissionsReport:
    """Return what settlements of a month pay collectors for receipts."""
    first = date(request.year, request.month, 1)
    last = first.replace(day=monthrange(request.year, request.month)[1])
    found = await commissions.of_month(work.connection, first, last, request.unit_codes, request.collector_code)
    return CommissionsReport(year=request.year, month=request.month, commissions=found)
