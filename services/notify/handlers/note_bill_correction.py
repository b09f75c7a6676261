from services.notify.dunning.orders import Orders
from services.notify.store.accounts import keep_account
from services.notify.store.reminders import cancel_paid
from shared.contracts.billing import BillCorrected
from shared.messaging import UnitOfWork


async def note_bill_correction(event: BillCorrected, work: UnitOfWork, *, orders: Orders) -> None:
    """Keep what is owed now, which is what a reminder names when it leaves; none is sent where nothing is owed."""
    account = await keep_account(work.connection, event.account)
    await cancel_paid(work.connection, account)
    await orders.follow(work, [account.customer_code])
