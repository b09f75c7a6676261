"""What is known about a reminder when it is decided whether it leaves."""

from collections.abc import Mapping
from datetime import datetime, time

from services.notify.domain.reminders import DueReminder, NewReminder, unit_of
from services.notify.domain.verdict import Circumstances
from services.notify.store.accounts import KnownAccount
from services.notify.store.agreements import pays_in_parts
from services.notify.store.attempts import handed_over_since
from services.notify.store.blocked_phones import blocked_cause
from services.notify.store.complaints import stops_all
from shared.clock import VIETNAM, business_day
from shared.db import Connection
from shared.phones import is_mobile


async def circumstances_of(
    connection: Connection, reminder: NewReminder, account: KnownAccount | None, moment: datetime
) -> Circumstances:
    """Look up what is known about a new reminder's number now; no account where it asks for no money."""
    phones = [] if reminder.phone is None else [reminder.phone]
    handed_over = await handed_over_since(connection, phones, midnight_before(moment))
    return Circumstances(
        reminder_id=reminder.reminder_id,
        moment=moment,
        issued_at=reminder.issued_at,
        debt=None if account is None else account.debt,
        disputed_debt=0 if account is None else account.disputed_debt,
        phone=reminder.phone,
        is_mobile=reminder.phone is not None and is_mobile(reminder.phone),
        blocked=await blocked_cause(connection, reminder.phone, reminder.template),
        handed_over_today=handed_over.get(reminder.phone or "", 0),
        kind=reminder.template,
        unit_code=reminder.unit_code or unit_of(reminder.customer_code),
        expires_at=reminder.expires_at,
        is_disputed=account is not None and await stops_all(connection, reminder.customer_code),
        pays_in_parts=account is not None and await pays_in_parts(connection, reminder.customer_code),
        is_trial=reminder.is_trial,
    )


def circumstances_of_due(due: DueReminder, handed_over: Mapping[str, int], moment: datetime) -> Circumstances:
    """Return what is known about a claimed reminder; ``handed_over``: SMS to numbers since midnight."""
    return Circumstances(
        reminder_id=due.reminder_id,
        moment=moment,
        issued_at=due.issued_at,
        debt=due.debt,
        phone=due.phone,
        is_mobile=due.phone is not None and is_mobile(due.phone),
        blocked=due.blocked,
        handed_over_today=handed_over.get(due.phone or "", 0),
        kind=due.template,
        unit_code=due.unit_code or unit_of(due.customer_code),
        expires_at=due.expires_at,
        is_disputed=due.is_disputed,
        pays_in_parts=due.pays_in_parts,
        disputed_debt=due.disputed_debt,
        settled=due.is_settled,
        stopped=due.stopped,
        is_trial=due.is_trial,
    )


def midnight_before(moment: datetime) -> datetime:
    """Return when the business day of ``moment`` began."""
    return datetime.combine(business_day(moment), time(), VIETNAM)
