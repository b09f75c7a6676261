from services.notify.store.accounts import keep_account
from services.notify.store.reminders import cancel_paid
from shared.contracts.billing import PaymentRecorded
from shared.messaging import UnitOfWork


async def cancel_reminders(event: PaymentRecorded, work: UnitOfWork) -> None:
    """Cancel the reminders of a customer who owes nothing any more."""
    if await keep_account(work.connection, event.account) <= 0:
        await cancel_paid(work.connection, event.account.customer_code)
