"""What others are told of a complaint."""

from datetime import date, datetime

from shared.contracts.customer import ComplaintRecorded, RecordComplaintAtDesk, RecordReadingComplaint
from shared.messaging import UnitOfWork


async def emit_recorded(
    request: RecordReadingComplaint | RecordComplaintAtDesk, work: UnitOfWork, recorded_at: datetime, answer_by: date
) -> None:
    """Tell that a complaint was recorded."""
    await work.emit(
        ComplaintRecorded(
            complaint_id=request.complaint_id,
            customer_code=request.customer_code,
            kind=request.kind,
            bill_number=request.bill_number,
            answer_by=answer_by,
            recorded_at=recorded_at,
            actor=work.actor,
        ),
        aggregate=request.customer_code,
    )
