from services.customer.store.visits import find_visit
from shared.contracts.customer import GetVisit, VisitReply
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import NotFound


async def get_visit(request: GetVisit, work: UnitOfWork) -> VisitReply:
    """Return a visit as it was last recorded."""
    visit = await find_visit(work.connection, request.visit_id)
    if visit is None:
        raise NotFound("Không có lần đến này.", facts={"visit_id": str(request.visit_id)})
    return VisitReply(visit=visit)
