from services.customer.domain.refusals import require_readable
from services.customer.store.visit_notes import add_note
from services.customer.store.visits import find_visit
from shared.clock import Clock
from shared.contracts.customer import AddVisitNote, VisitReply
from shared.idempotency import same_id_other_content
from shared.messaging import UnitOfWork
from shared.problems import NotFound


async def add_visit_note(request: AddVisitNote, work: UnitOfWork, *, clock: Clock) -> VisitReply:
    """Keep what a collector notes of the own visit after it was recorded. The customer is locked."""
    require_readable("note", request.note)
    connection = work.connection
    visit = await find_visit(connection, request.visit_id)
    if visit is None or visit.collector_code != request.collector_code:
        raise NotFound("Không có lần đến này của bạn.", facts={"visit_id": str(request.visit_id)})
    if not await add_note(connection, request, clock(), work.actor):
        raise same_id_other_content(request.note_id)
    return VisitReply(visit=visit.model_copy(update={"later_notes": [*visit.later_notes, request.note]}))
