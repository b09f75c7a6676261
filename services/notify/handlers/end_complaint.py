from services.notify.store.complaints import keep_settled, lock_account, restore_disputed, stops_all
from services.notify.store.reminders import wake_senders
from shared.clock import Clock
from shared.contracts.customer import ComplaintSettled
from shared.messaging import UnitOfWork


async def end_complaint(event: ComplaintSettled, work: UnitOfWork, *, clock: Clock) -> None:
    """Ask for money again once billing knows of every complaint that is open: what is of use is scheduled again.

    What the answered one was about follows when billing tells of it.
    """
    if event.bill_number is None:
        return
    connection = work.connection
    account = await lock_account(connection, event.customer_code)
    await keep_settled(connection, event.complaint_id, event.customer_code, event.bill_number, event.settled_at)
    if account.debt <= 0 or await stops_all(connection, event.customer_code):
        return
    if await restore_disputed(connection, account, clock()):
        await wake_senders(connection)
