from services.billing.disputes import emit_change
from services.billing.store import accounts, bill_complaints
from shared.clock import Clock
from shared.contracts.customer import ComplaintSettled
from shared.messaging.errors import RetryLater
from shared.messaging.unit_of_work import UnitOfWork


async def end_complaint(event: ComplaintSettled, work: UnitOfWork, *, clock: Clock) -> None:
    """Keep that a complaint about a bill was answered, and tell what is disputed still."""
    if event.bill_number is None:
        return
    connection = work.connection
    if not await accounts.lock(connection, [event.customer_code]):
        raise RetryLater(f"{event.customer_code} is not known here yet")
    await bill_complaints.keep_settled(
        connection, event.complaint_id, event.customer_code, event.bill_number, event.settled_at
    )
    await emit_change(work, event.customer_code, clock(), event.actor)
