from services.notify.dunning.orders import Orders
from services.notify.store.cut_warnings import lock_accounts
from services.notify.store.waiting_credits import keep_waiting_credit
from shared.contracts.billing import BankCreditWaiting
from shared.messaging import UnitOfWork


async def note_waiting_credit(event: BankCreditWaiting, work: UnitOfWork, *, orders: Orders) -> None:
    """Have nobody cut off whose money a bank credit may be, while it waits for a person."""
    await lock_accounts(work.connection, event.customer_codes)
    await keep_waiting_credit(work.connection, event)
    await orders.follow(work, event.customer_codes)
