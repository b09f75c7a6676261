from services.notify.dunning.orders import Orders
from services.notify.store.accounts import keep_account_and_contact
from services.notify.store.complaints import restore_disputed, stops_all
from services.notify.store.receipt_links import cancel_reversed
from services.notify.store.reminders import cancel_paid, restore_paid, wake_senders
from services.notify.store.reversed_payments import add_reversed, lock_payment
from shared.clock import Clock
from shared.contracts.billing import PaymentReversed
from shared.messaging import UnitOfWork


async def restore_reminders(event: PaymentReversed, work: UnitOfWork, *, orders: Orders, clock: Clock) -> None:
    """Schedule again what a payment cancelled that was reversed before the reminder was due, and cancel its links."""
    payment_id = event.payment.payment_id
    await lock_payment(work.connection, payment_id)
    await add_reversed(work.connection, payment_id, event.reversed_at)
    await cancel_reversed(work.connection, payment_id)
    account = await keep_account_and_contact(work.connection, event.account, event.customer)
    await orders.follow(work, [account.customer_code])
    if account.debt <= 0:
        return
    await cancel_paid(work.connection, account)
    moment = clock()
    restored = await restore_paid(work.connection, account, moment)
    if account.disputed_debt and not await stops_all(work.connection, account.customer_code):
        # What a payment settled while another bill was disputed has that cause.
        restored += await restore_disputed(work.connection, account, moment)
    if restored:
        await wake_senders(work.connection)
