from services.customer.complaints.events import emit_recorded
from services.customer.domain.complaints import answer_by, require_bill
from services.customer.domain.refusals import require_readable, unknown_customer
from services.customer.store.reading_complaints import add_complaint, keep_photo
from services.customer.store.routes import is_on_route
from shared.client_times import AT_THE_DOOR
from shared.clock import Clock
from shared.contracts.customer import ReadingComplaintReply, RecordReadingComplaint
from shared.idempotency import same_id_other_content
from shared.messaging import UnitOfWork
from shared.photos import read_photo


async def record_reading_complaint(
    request: RecordReadingComplaint, work: UnitOfWork, *, clock: Clock, days_to_answer: int
) -> ReadingComplaintReply:
    """Keep that a customer calls a reading or a bill wrong, with a photo of the meter. The customer is locked."""
    require_readable("note", request.note)
    connection = work.connection
    moment = clock()
    AT_THE_DOOR.require("stated_at", request.stated_at, moment)
    if not await is_on_route(connection, request.customer_code, request.collector_code):
        raise unknown_customer(request.customer_code)
    require_bill(request.kind, request.bill_number, request.customer_code)
    jpeg = read_photo(request.photo) if request.photo else None
    until = answer_by(moment, days_to_answer)
    if not await add_complaint(connection, request, moment, until, work.actor):
        raise same_id_other_content(request.complaint_id)
    if jpeg is not None:
        await keep_photo(connection, request.complaint_id, jpeg, moment)
    await emit_recorded(request, work, moment, until)
    return ReadingComplaintReply(
        complaint_id=request.complaint_id, recorded_at=moment, has_photo=jpeg is not None, answer_by=until
    )
