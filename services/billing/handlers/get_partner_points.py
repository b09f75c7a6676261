from services.billing.store import partners
from shared.contracts.billing import GetPartnerPoints, PartnerPoints
from shared.messaging.unit_of_work import UnitOfWork


async def get_partner_points(request: GetPartnerPoints, work: UnitOfWork) -> PartnerPoints:
    """Return the collection points of a partner."""
    return PartnerPoints(collection_points=await partners.points_of(work.connection, request.partner_code))
