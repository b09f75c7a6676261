from datetime import datetime

from services.notify.delivery.circumstances import circumstances_of
from services.notify.domain.kinds import Kind, KindRule, promised_at
from services.notify.domain.verdict import Limits, check_reminder
from services.notify.dunning.orders import Orders
from services.notify.store.accounts import keep_account_and_contact, keep_promise
from services.notify.store.reminders import add_reminder, cancel_paid, wake_senders
from services.notify.texts.reminder_texts import ReminderTexts
from shared.clock import Clock
from shared.contracts.billing import NoticeIssued, NoticeKind
from shared.contracts.notify import ReminderState, SmsFailed
from shared.messaging import UnitOfWork

_KINDS = {NoticeKind.AWAY: Kind.AWAY, NoticeKind.CANNOT_PAY: Kind.PROMISED}


async def schedule_reminder(
    event: NoticeIssued, work: UnitOfWork, *, texts: ReminderTexts, limits: Limits, orders: Orders, clock: Clock
) -> None:
    """Schedule the one reminder of a visit, where nobody was home or a day was agreed; a repetition adds nothing.

    Most notices are none of these, and need no database: what they say of account and customer comes by other events.
    """
    kind = _KINDS.get(event.kind)
    if kind is None:
        return
    connection, customer = work.connection, event.customer
    account, moment = await keep_account_and_contact(connection, event.account, customer), clock()
    await cancel_paid(connection, account)
    if kind is Kind.PROMISED and event.appointment is not None:
        await keep_promise(connection, customer.customer_code, event.appointment, event.visit_id)
    await orders.follow(work, [customer.customer_code])
    if not event.bills:
        return
    rule = limits.rule(kind, customer.unit.unit_code, moment)
    due_at = _due_at(kind, rule, event.appointment, moment)
    if due_at is None or not rule.switched_on:
        return
    reminder = texts.reminder(event, account.debt, due_at, kind, rule)
    known = await circumstances_of(connection, reminder, account, max(moment, due_at))
    reminder = reminder.under(check_reminder(known, limits))
    if not await add_reminder(connection, reminder):
        return
    if reminder.state is ReminderState.SCHEDULED:
        await wake_senders(connection)
    if reminder.state is ReminderState.FAILED:
        await work.emit(
            SmsFailed(
                reminder_id=reminder.reminder_id,
                customer_code=reminder.customer_code,
                visit_id=event.visit_id,
                cause=reminder.cause,
                failed_at=moment,
            ),
            aggregate=reminder.customer_code,
        )


def _due_at(kind: Kind, rule: KindRule, appointment: datetime | None, moment: datetime) -> datetime | None:
    """Return when a reminder is due; None for a promise without a day, or whose morning has passed."""
    if kind is Kind.AWAY:
        return moment
    if appointment is None or (due_at := promised_at(appointment, rule)) <= moment:
        return None
    return due_at
