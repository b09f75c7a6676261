"""What is known about a reminder when it is decided whether it leaves."""

from datetime import datetime, time

from services.notify.domain.reminders import DueReminder, NewReminder, unit_of
from services.notify.domain.verdict import Circumstances
from services.notify.store.attempts import handed_over_since
from services.notify.store.blocked_phones import blocked_cause
from shared.clock import VIETNAM, business_day
from shared.db import Connection
from shared.phones import is_mobile


async def circumstances_of(
    connection: Connection, reminder: NewReminder | DueReminder, debt: int | None, moment: datetime
) -> Circumstances:
    """Look up what is known about a reminder's number now."""
    midnight = datetime.combine(business_day(moment), time(), VIETNAM)
    return Circumstances(
        reminder_id=reminder.reminder_id,
        moment=moment,
        issued_at=reminder.issued_at,
        debt=debt,
        phone=reminder.phone,
        is_mobile=reminder.phone is not None and is_mobile(reminder.phone),
        blocked=await blocked_cause(connection, reminder.phone, reminder.template),
        handed_over_today=await handed_over_since(connection, reminder.phone, midnight),
        kind=reminder.template,
        unit_code=reminder.unit_code or unit_of(reminder.customer_code),
        expires_at=reminder.expires_at,
        settled=isinstance(reminder, DueReminder) and reminder.is_settled,
    )
