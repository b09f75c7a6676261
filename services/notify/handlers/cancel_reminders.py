from services.notify.dunning.orders import Orders
from services.notify.store.accounts import keep_account_and_contact
from services.notify.store.reminders import cancel_paid
from shared.contracts.billing import PaymentRecorded
from shared.messaging import UnitOfWork


async def cancel_reminders(event: PaymentRecorded, work: UnitOfWork, *, orders: Orders) -> None:
    """Cancel the reminders of a customer whose debt, or its oldest bill, has been paid."""
    account = await keep_account_and_contact(work.connection, event.account, event.customer)
    await cancel_paid(work.connection, account)
    await orders.follow(work, [account.customer_code])
