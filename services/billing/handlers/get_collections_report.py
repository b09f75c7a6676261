from services.billing.store.reports import collected
from shared.clock import bounds_of
from shared.contracts.billing import CollectionsReport, GetCollectionsReport
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import InvalidRequest

MOST_DAYS = 93


async def get_collections_report(request: GetCollectionsReport, work: UnitOfWork) -> CollectionsReport:
    """Return what was collected on some days, at most a quarter of a year."""
    days = (request.last_day - request.first_day).days + 1
    if not 1 <= days <= MOST_DAYS:
        facts = {"days": days, "most_days": MOST_DAYS}
        raise InvalidRequest(f"Báo cáo phải từ 1 đến {MOST_DAYS} ngày.", slug="report-too-long", facts=facts)
    try:
        first, _ = bounds_of(request.first_day)
        _, last = bounds_of(request.last_day)
    except OverflowError:
        raise InvalidRequest("Ngày không hợp lệ.", facts={"day": request.first_day.isoformat()}) from None
    return CollectionsReport(sums=await collected(work.connection, request.unit_codes, first, last))
