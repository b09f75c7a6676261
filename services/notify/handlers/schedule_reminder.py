from services.notify.delivery.circumstances import circumstances_of
from services.notify.domain.verdict import Limits, check_reminder
from services.notify.store.accounts import keep_account
from services.notify.store.reminders import add_reminder, wake_senders
from services.notify.texts.reminder_texts import ReminderTexts
from shared.clock import Clock
from shared.contracts.billing import NoticeIssued, NoticeKind
from shared.contracts.notify import ReminderState, SmsFailed
from shared.messaging import UnitOfWork


async def schedule_reminder(
    event: NoticeIssued, work: UnitOfWork, *, texts: ReminderTexts, limits: Limits, clock: Clock
) -> None:
    """Schedule the one reminder of a visit where nobody was home; any repetition of the notice adds nothing."""
    if event.kind is not NoticeKind.AWAY or not event.bills:
        return
    debt, moment = await keep_account(work.connection, event.account), clock()
    reminder = texts.reminder(event, debt, moment)
    known = await circumstances_of(work.connection, reminder, debt, moment)
    reminder = reminder.under(check_reminder(known, limits))
    if not await add_reminder(work.connection, reminder):
        return
    if reminder.state is ReminderState.SCHEDULED:
        await wake_senders(work.connection)
    if reminder.state is ReminderState.FAILED:
        await work.emit(
            SmsFailed(
                reminder_id=reminder.reminder_id,
                customer_code=reminder.customer_code,
                visit_id=event.visit_id,
                cause=reminder.cause,
                failed_at=known.moment,
            ),
            aggregate=reminder.customer_code,
        )
