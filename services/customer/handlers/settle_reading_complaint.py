from services.customer.domain.refusals import require_readable
from services.customer.store.reading_complaints import add_settlement, complaint
from shared.clock import Clock
from shared.contracts.customer import ComplaintSettled, ReadingComplaintSettled, SettleReadingComplaint
from shared.idempotency import same_id_other_content
from shared.messaging import UnitOfWork
from shared.problems import Conflict, NotFound


async def settle_reading_complaint(
    request: SettleReadingComplaint, work: UnitOfWork, *, clock: Clock
) -> ReadingComplaintSettled:
    """Keep what the office found about a complaint. The customer is locked."""
    require_readable("note", request.note)
    connection = work.connection
    found = await complaint(connection, request.complaint_id)
    if found is None:
        raise NotFound("Không có khiếu nại này.", facts={"complaint_id": str(request.complaint_id)})
    if found.settlement is not None:
        raise Conflict(
            "Khiếu nại này đã được giải quyết.",
            slug="complaint-already-settled",
            title="The complaint was settled",
            facts={"finding": found.settlement.finding, "settled_at": found.settlement.settled_at.isoformat()},
        )
    moment = clock()
    if not await add_settlement(connection, request, moment, work.actor):
        raise same_id_other_content(request.settlement_id)
    await work.emit(
        ComplaintSettled(
            complaint_id=request.complaint_id,
            customer_code=found.customer_code,
            bill_number=found.bill_number,
            finding=request.finding,
            is_bill_right=request.is_bill_right,
            settled_at=moment,
            actor=work.actor,
        ),
        aggregate=found.customer_code,
    )
    # The answer is kept for repetitions, and the complaint only for a while: nothing of the customer's is in it.
    return ReadingComplaintSettled(complaint_id=request.complaint_id, finding=request.finding, settled_at=moment)
