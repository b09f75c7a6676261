"""Making a reminder out of a notice: its parameters, its text, and what is known when it is judged."""

from dataclasses import dataclass, replace
from datetime import datetime, time

from services.notify import domain, store
from services.notify.domain import AWAY, Cancel, Circumstances, Fail, Limits, Postpone, Send, Verdict
from services.notify.store import NewReminder
from services.notify.templates import Rendered, Templates
from shared.clock import VIETNAM, Clock, business_day, now
from shared.contracts.billing import Bill, BillState, NoticeIssued
from shared.contracts.notify import ReminderState
from shared.db import Connection
from shared.ids import new_id
from shared.phones import InvalidPhoneError, as_dialled, is_mobile, normalise


@dataclass(frozen=True)
class Reminding:
    """What handlers and the sender share: the texts, the limits, the language, and the time."""

    templates: Templates
    limits: Limits
    language: str = "vi"
    clock: Clock = now

    def reminder(self, notice: NoticeIssued, debt: int) -> NewReminder:
        """Return the reminder of an away notice, not yet judged; ``debt`` is what the customer owes now."""
        parameters = away_parameters(notice, debt)
        rendered = self.templates.render(AWAY, self.language, parameters)
        return NewReminder(
            reminder_id=new_id(),
            customer_code=notice.customer.customer_code,
            visit_id=notice.visit_id,
            template=rendered.template,
            template_version=rendered.version,
            language=self.language,
            parameters=parameters,
            phone=notice.customer.phone,
            text=rendered.text,
            segments=rendered.size.segments,
            state=ReminderState.SCHEDULED,
            cause="",
            issued_at=notice.issued_at,
            due_at=self.clock(),
        )

    def rendered_with_debt(self, due: store.DueReminder) -> tuple[dict[str, str | None], Rendered]:
        """Return parameters and text of a reminder with what the customer owes now."""
        parameters = {**due.parameters, "amount": domain.sms_amount(due.debt)}
        return parameters, self.templates.render(due.template, due.language, parameters)


def away_parameters(notice: NoticeIssued, debt: int) -> dict[str, str | None]:
    """Return the parameters of the template ``away``."""
    collector = notice.customer.collector
    return {
        "unit": notice.customer.unit.name,
        "customer_code": notice.customer.customer_code,
        "amount": domain.sms_amount(debt),
        "period": domain.sms_period(_months(notice.bills)),
        "date": domain.sms_date(notice.issued_at),
        "collector_name": collector.name,
        "collector_phone": _dialled(collector.phone),
        "appointment": domain.sms_appointment(notice.appointment) if notice.appointment else None,
    }


def _months(bills: list[Bill]) -> list[tuple[int, int]]:
    open_bills = [bill for bill in bills if bill.state is BillState.OPEN]
    return [(bill.year, bill.month) for bill in open_bills or bills]


def _dialled(phone: str) -> str:
    """Return a collector's number without blanks; as it is when it is no subscriber's number (a hotline)."""
    try:
        return as_dialled(normalise(phone))
    except InvalidPhoneError:
        return phone.replace(" ", "")


async def circumstances(
    connection: Connection, reminder: NewReminder | store.DueReminder, debt: int, moment: datetime
) -> Circumstances:
    """Look up what is known about a reminder's number now."""
    midnight = datetime.combine(business_day(moment), time(), VIETNAM)
    return Circumstances(
        reminder_id=reminder.reminder_id,
        now=moment,
        issued_at=reminder.issued_at,
        debt=debt,
        phone=reminder.phone,
        is_mobile=reminder.phone is not None and is_mobile(reminder.phone),
        blocked=await store.blocked_cause(connection, reminder.phone),
        handed_over_today=await store.handed_over_since(connection, reminder.phone, midnight),
    )


def as_judged(reminder: NewReminder, verdict: Verdict) -> NewReminder:
    """Return the reminder as it is stored under a verdict."""
    match verdict:
        case Send():
            return reminder
        case Postpone(until, cause):
            return replace(reminder, due_at=until, cause=cause)
        case Cancel(cause):
            return replace(reminder, state=ReminderState.CANCELLED, cause=cause)
        case Fail(cause):
            return replace(reminder, state=ReminderState.FAILED, cause=cause)
