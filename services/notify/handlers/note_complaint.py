from services.notify.dunning.orders import Orders
from services.notify.store.complaints import cancel_all, keep_recorded, lock_account, stops_all
from shared.contracts.customer import ComplaintRecorded
from shared.messaging import UnitOfWork


async def note_complaint(event: ComplaintRecorded, work: UnitOfWork, *, orders: Orders) -> None:
    """Ask the customer for no money until billing has told what is owed besides the bill of a complaint.

    Billing may have told before.
    """
    if event.bill_number is None:
        return
    connection = work.connection
    await lock_account(connection, event.customer_code)
    is_open = await keep_recorded(
        connection, event.complaint_id, event.customer_code, event.bill_number, event.recorded_at
    )
    if is_open and await stops_all(connection, event.customer_code):
        await cancel_all(connection, event.customer_code)
    await orders.follow(work, [event.customer_code])
