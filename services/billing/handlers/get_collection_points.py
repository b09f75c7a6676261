from services.billing.store import collection_points
from shared.contracts.billing import CollectionPointsReply, GetCollectionPoints
from shared.messaging.unit_of_work import UnitOfWork


async def get_collection_points(request: GetCollectionPoints, work: UnitOfWork) -> CollectionPointsReply:
    """Return the collection points for customers of a unit, the nearest first."""
    points = await collection_points.nearest(work.connection, request.unit_code, request.limit)
    return CollectionPointsReply(collection_points=points)
