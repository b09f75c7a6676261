from services.customer.complaints.events import emit_recorded
from services.customer.domain.complaints import answer_by, require_bill
from services.customer.domain.refusals import require_readable, unknown_customer
from services.customer.store.reading_complaints import add_complaint_at_desk
from services.customer.store.routes import is_known
from shared.clock import Clock
from shared.contracts.customer import ReadingComplaintReply, RecordComplaintAtDesk
from shared.idempotency import same_id_other_content
from shared.messaging import UnitOfWork


async def record_complaint_at_desk(
    request: RecordComplaintAtDesk, work: UnitOfWork, *, clock: Clock, days_to_answer: int
) -> ReadingComplaintReply:
    """Keep a complaint that a customer brings to the office. The customer is locked."""
    require_readable("note", request.note)
    if not await is_known(work.connection, request.customer_code):
        raise unknown_customer(request.customer_code)
    require_bill(request.kind, request.bill_number, request.customer_code)
    moment = clock()
    until = answer_by(moment, days_to_answer)
    if not await add_complaint_at_desk(work.connection, request, moment, until, work.actor):
        raise same_id_other_content(request.complaint_id)
    await emit_recorded(request, work, moment, until)
    return ReadingComplaintReply(
        complaint_id=request.complaint_id, recorded_at=moment, has_photo=False, answer_by=until
    )
