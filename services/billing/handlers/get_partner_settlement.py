from services.billing.store import partner_files
from shared.contracts.billing import GetPartnerSettlement, PartnerSettlement
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import InvalidRequest

MOST_DAYS = 92


async def get_partner_settlement(request: GetPartnerSettlement, work: UnitOfWork) -> PartnerSettlement:
    """Return what a partner took on some days, and its fees."""
    if not 0 <= (request.last - request.first).days < MOST_DAYS:
        raise InvalidRequest("Khoảng ngày không hợp lệ.", slug="report-too-long", facts={"most_days": MOST_DAYS})
    days = await partner_files.days_of(work.connection, request.partner_code, request.first, request.last)
    return PartnerSettlement(partner_code=request.partner_code, days=days)
