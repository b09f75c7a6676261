from services.notify.dunning.orders import Orders
from services.notify.store.accounts import keep_account
from services.notify.store.complaints import cancel_about_disputed, restore_disputed, stops_all
from services.notify.store.reminders import wake_senders
from shared.clock import Clock
from shared.contracts.billing import BillDisputeChanged
from shared.messaging import UnitOfWork


async def note_dispute(event: BillDisputeChanged, work: UnitOfWork, *, orders: Orders, clock: Clock) -> None:
    """Ask for what nobody complains about, and for nothing else.

    What a complaint stopped is scheduled again where it is of use and asks for other bills.
    """
    connection = work.connection
    account = await keep_account(connection, event.account)
    await cancel_about_disputed(connection, account)
    await orders.follow(work, [account.customer_code])
    if account.debt <= 0 or await stops_all(connection, account.customer_code):
        return
    if await restore_disputed(connection, account, clock()):
        await wake_senders(connection)
