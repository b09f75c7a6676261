from services.notify.store.complaints import cancel_disputed, keep_recorded, lock_account
from shared.contracts.customer import ComplaintRecorded
from shared.messaging import UnitOfWork


async def note_complaint(event: ComplaintRecorded, work: UnitOfWork) -> None:
    """Ask the customer for no money while a complaint about a bill is open: cancel what waits."""
    if event.bill_number is None:
        return
    connection = work.connection
    await lock_account(connection, event.customer_code)
    if await keep_recorded(connection, event.complaint_id, event.customer_code, event.bill_number, event.recorded_at):
        await cancel_disputed(connection, event.customer_code)
