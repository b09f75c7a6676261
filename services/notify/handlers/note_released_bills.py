"""``bills.released``: what the customers of a batch owe now, and since when."""

from services.notify.dunning.orders import Orders
from services.notify.store.accounts import keep_accounts
from services.notify.store.reminders import cancel_paid_of
from shared.contracts.billing import BillsReleased
from shared.messaging import UnitOfWork


async def note_released_bills(event: BillsReleased, work: UnitOfWork, *, orders: Orders) -> None:
    """Keep what is owed; a credit may have cleared a bill that a reminder waits for."""
    accounts = await keep_accounts(work.connection, event.accounts)
    await cancel_paid_of(work.connection, accounts)
    await orders.follow(work, [account.customer_code for account in accounts])
