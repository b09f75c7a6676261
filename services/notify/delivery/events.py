"""Emits what became of the SMS about a visit; the link of a receipt is looked up by whoever sent it."""

from datetime import datetime

from services.notify.domain.reminders import DueReminder, NewAttempt
from shared.contracts.notify import SmsFailed, SmsSent
from shared.messaging.unit_of_work import UnitOfWork


async def emit_sent(
    work: UnitOfWork, reminder: DueReminder, attempt: NewAttempt, reference: str | None, moment: datetime
) -> None:
    """Emit that an SMS was handed over."""
    if reminder.visit_id is None:
        return
    sent = SmsSent(
        reminder_id=reminder.reminder_id,
        customer_code=reminder.customer_code,
        visit_id=reminder.visit_id,
        provider=attempt.provider,
        provider_reference=reference or "",
        segments=attempt.segments,
        sent_at=moment,
    )
    await work.emit(sent, aggregate=reminder.customer_code)


async def emit_failed(work: UnitOfWork, reminder: DueReminder, cause: str, moment: datetime) -> None:
    """Emit that an SMS will not be sent."""
    if reminder.visit_id is None:
        return
    failed = SmsFailed(
        reminder_id=reminder.reminder_id,
        customer_code=reminder.customer_code,
        visit_id=reminder.visit_id,
        cause=cause,
        failed_at=moment,
    )
    await work.emit(failed, aggregate=reminder.customer_code)
