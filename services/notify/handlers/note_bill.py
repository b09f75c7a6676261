from services.notify.dunning.orders import Orders
from services.notify.store.accounts import keep_account
from services.notify.store.reminders import cancel_paid
from shared.contracts.billing import BillIssued
from shared.messaging import UnitOfWork


async def note_bill(event: BillIssued, work: UnitOfWork, *, orders: Orders) -> None:
    """Keep what is owed and since when; a credit may have cleared a bill that a reminder waits for."""
    account = await keep_account(work.connection, event.account)
    await cancel_paid(work.connection, account)
    await orders.follow(work, [account.customer_code])
