"""What notify does with each message: one short function a message, bound to its collaborators in ``app.py``."""

from services.notify import store
from services.notify.domain import judge
from services.notify.reminding import Reminding, as_judged, circumstances
from shared.contracts.billing import NoticeIssued, NoticeKind, PaymentRecorded, PaymentReversed
from shared.contracts.notify import GetReminders, ReminderHistory, ReminderState, SmsFailed
from shared.messaging.unit_of_work import UnitOfWork


async def remind(event: NoticeIssued, work: UnitOfWork, *, reminding: Reminding) -> None:
    """Schedule the one reminder of a visit where nobody was home; any repetition of the notice adds nothing."""
    if event.kind is not NoticeKind.AWAY or not event.bills:
        return
    debt = await store.take_account(work.connection, event.account)
    reminder = reminding.reminder(event, debt)
    known = await circumstances(work.connection, reminder, debt, reminding.clock())
    reminder = as_judged(reminder, judge(known, reminding.limits))
    if not await store.add_reminder(work.connection, reminder):
        return
    if reminder.state is ReminderState.SCHEDULED:
        await store.wake_senders(work.connection)
    if reminder.state is ReminderState.FAILED:
        await work.emit(
            SmsFailed(
                reminder_id=reminder.reminder_id,
                customer_code=reminder.customer_code,
                visit_id=reminder.visit_id,
                cause=reminder.cause,
                failed_at=known.now,
            ),
            aggregate=reminder.customer_code,
        )


async def forget_paid(event: PaymentRecorded, work: UnitOfWork) -> None:
    """Cancel the reminders of a customer who owes nothing any more, in the transaction that takes the payment in."""
    if await store.take_account(work.connection, event.account) <= 0:
        await store.cancel_paid(work.connection, event.account.customer_code)


async def remember_unpaid(event: PaymentReversed, work: UnitOfWork, *, reminding: Reminding) -> None:
    """Schedule again what a payment cancelled that was taken back before the reminder was due."""
    debt = await store.take_account(work.connection, event.account)
    if debt > 0 and await store.revive_paid(work.connection, event.account.customer_code, reminding.clock()):
        await store.wake_senders(work.connection)


async def history(request: GetReminders, work: UnitOfWork) -> ReminderHistory:
    """Return a customer's reminders, the latest first."""
    reminders = await store.reminders_of(work.connection, request.customer_code, request.limit)
    return ReminderHistory(reminders=reminders)
