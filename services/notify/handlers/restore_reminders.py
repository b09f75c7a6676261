from services.notify.store.accounts import keep_account
from services.notify.store.reminders import restore_paid, wake_senders
from shared.clock import Clock
from shared.contracts.billing import PaymentReversed
from shared.messaging import UnitOfWork


async def restore_reminders(event: PaymentReversed, work: UnitOfWork, *, clock: Clock) -> None:
    """Schedule again what a payment cancelled that was reversed before the reminder was due."""
    debt = await keep_account(work.connection, event.account)
    if debt > 0 and await restore_paid(work.connection, event.account.customer_code, clock()):
        await wake_senders(work.connection)
