from services.billing.disputes import emit_change
from services.billing.store import accounts, bill_complaints
from shared.clock import Clock
from shared.contracts.customer import ComplaintRecorded
from shared.messaging.errors import RetryLater
from shared.messaging.unit_of_work import UnitOfWork


async def note_complaint(event: ComplaintRecorded, work: UnitOfWork, *, clock: Clock) -> None:
    """Keep that a bill is disputed, and tell what is owed besides."""
    if event.bill_number is None:
        return
    connection = work.connection
    if not await accounts.lock(connection, [event.customer_code]):
        raise RetryLater(f"{event.customer_code} is not known here yet")
    await bill_complaints.keep_recorded(
        connection, event.complaint_id, event.customer_code, event.bill_number, event.recorded_at
    )
    await emit_change(work, event.customer_code, clock(), event.actor)
