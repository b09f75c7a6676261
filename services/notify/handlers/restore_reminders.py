from services.notify.store.accounts import keep_account
from services.notify.store.receipt_links import cancel_reversed
from services.notify.store.reminders import restore_paid, wake_senders
from shared.clock import Clock
from shared.contracts.billing import PaymentReversed
from shared.messaging import UnitOfWork


async def restore_reminders(event: PaymentReversed, work: UnitOfWork, *, clock: Clock) -> None:
    """Schedule again what a payment cancelled that was reversed before the reminder was due, and cancel its links."""
    await cancel_reversed(work.connection, event.payment.payment_id)
    debt = await keep_account(work.connection, event.account)
    if debt > 0 and await restore_paid(work.connection, event.account.customer_code, clock()):
        await wake_senders(work.connection)
