from services.billing.store import collection_points
from shared.contracts.billing import CollectionPointsReply, GetCollectionPoints
from shared.messaging.unit_of_work import UnitOfWork


async def get_collection_points(request: GetCollectionPoints, work: UnitOfWork) -> CollectionPointsReply:
    """Return the collection points for customers of a unit, the nearest first; or the one that is named."""
    if request.collection_point_code is not None:
        found = await collection_points.find(work.connection, request.collection_point_code)
        return CollectionPointsReply(collection_points=[] if found is None else [found])
    points = await collection_points.nearest(work.connection, request.unit_code, request.limit)
    return CollectionPointsReply(collection_points=points)
