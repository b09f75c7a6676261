"""Reminders: the table is the schedule."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from asyncpg import Record

from services.notify.domain.causes import Cause
from services.notify.domain.reminders import DueReminder, NewReminder
from services.notify.store.row_count import row_count
from shared.contracts.notify import Reminder, ReminderState
from shared.db import Connection

# One reminder of a template a visit, one link for each receipt and number, whatever is repeated.
_ADD = """
INSERT INTO reminders (reminder_id, customer_code, visit_id, template, template_version, language, parameters,
    phone, text, segments, state, cause, issued_at, due_at, receipt_id, payment_id, requested_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
ON CONFLICT DO NOTHING
RETURNING true
"""


async def add_reminder(connection: Connection, new: NewReminder) -> bool:
    """Add a reminder; False when its visit or its receipt already has one, or its id is in use."""
    added = await connection.fetchval(
        _ADD,
        new.reminder_id,
        new.customer_code,
        new.visit_id,
        new.template,
        new.template_version,
        new.language,
        json.dumps(new.parameters),
        new.phone,
        new.text,
        new.segments,
        new.state.value,
        new.cause,
        new.issued_at,
        new.due_at,
        new.receipt_id,
        new.payment_id,
        new.requested_by,
    )
    return bool(added)


WAKE_CHANNEL = "notify_reminders"
"""PostgreSQL channel of the wake-ups of senders."""

_WAKE = "SELECT pg_notify($1, '')"


async def wake_senders(connection: Connection) -> None:
    """Wake the senders of every copy once this transaction is committed."""
    await connection.execute(_WAKE, WAKE_CHANNEL)


_CANCEL_PAID = """
UPDATE reminders SET state = 'cancelled', cause = $2
WHERE customer_code = $1 AND state = 'scheduled' AND receipt_id IS NULL
"""


async def cancel_paid(connection: Connection, customer_code: str) -> int:
    """Cancel a customer's scheduled reminders because the debt is gone; returns how many."""
    return row_count(await connection.execute(_CANCEL_PAID, customer_code, Cause.PAID))


_CANCEL_OF_VISIT = """
UPDATE reminders SET state = 'cancelled', cause = $2 WHERE visit_id = $1 AND state = 'scheduled'
"""


async def cancel_of_visit(connection: Connection, visit_id: UUID) -> int:
    """Cancel the reminder of a visit that was taken back, where it has not left; returns how many."""
    return row_count(await connection.execute(_CANCEL_OF_VISIT, visit_id, Cause.VISIT_WITHDRAWN))


_RESTORE_PAID = """
UPDATE reminders SET state = 'scheduled', cause = ''
WHERE customer_code = $1 AND state = 'cancelled' AND cause = $2 AND due_at > $3
"""


async def restore_paid(connection: Connection, customer_code: str, moment: datetime) -> int:
    """Schedule again what was cancelled because of a payment and is not yet due; returns how many."""
    return row_count(await connection.execute(_RESTORE_PAID, customer_code, Cause.PAID, moment))


# A reminder that another copy holds is skipped, so that senders never wait for each other here.
_LOCK_DUE = """
WITH due AS (
    SELECT * FROM reminders WHERE state = 'scheduled' AND due_at <= $1
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
SELECT due.*, accounts.debt, blocked_phones.cause AS blocked
FROM due LEFT JOIN accounts USING (customer_code) LEFT JOIN blocked_phones USING (phone)
"""


async def lock_due(connection: Connection, moment: datetime) -> DueReminder | None:
    """Lock the longest due reminder that no other copy holds, with what is known about its customer and number."""
    row = await connection.fetchrow(_LOCK_DUE, moment)
    if row is None:
        return None
    return DueReminder(
        reminder_id=row["reminder_id"],
        customer_code=row["customer_code"],
        visit_id=row["visit_id"],
        template=row["template"],
        language=row["language"],
        parameters=json.loads(row["parameters"]),
        phone=row["phone"],
        issued_at=row["issued_at"],
        debt=None if row["receipt_id"] else row["debt"],
        blocked=Cause(row["blocked"]) if row["blocked"] else None,
        provider_index=row["provider_index"],
        attempts=row["attempts"],
    )


_POSTPONE = "UPDATE reminders SET due_at = $2, cause = $3 WHERE reminder_id = $1"


async def postpone(connection: Connection, reminder_id: UUID, until: datetime, cause: str) -> None:
    """Move a scheduled reminder to a later moment."""
    await connection.execute(_POSTPONE, reminder_id, until, cause)


_END = "UPDATE reminders SET state = $2, cause = $3, lease_until = NULL WHERE reminder_id = $1"


async def end_reminder(connection: Connection, reminder_id: UUID, state: ReminderState, cause: str) -> None:
    """End a reminder as cancelled, failed or unknown; a lease ends with it."""
    await connection.execute(_END, reminder_id, state.value, cause)


_MARK_SENT = """
UPDATE reminders SET state = 'sent', cause = '', sent_at = $2, provider_reference = $3, lease_until = NULL
WHERE reminder_id = $1 AND state IN ('sending', 'unknown')
"""


async def mark_sent(connection: Connection, reminder_id: UUID, reference: str | None, moment: datetime) -> bool:
    """Mark a reminder as handed over; False when it already was (an answer that came late settles an unknown one)."""
    return row_count(await connection.execute(_MARK_SENT, reminder_id, moment, reference)) == 1


_SCHEDULE_AGAIN = """
UPDATE reminders SET state = 'scheduled', cause = $4, due_at = $2, provider_index = $3, lease_until = NULL
WHERE reminder_id = $1
"""


async def schedule_again(
    connection: Connection, reminder_id: UUID, due_at: datetime, provider_index: int, cause: str
) -> None:
    """Put back a reminder that its provider certainly did not keep."""
    await connection.execute(_SCHEDULE_AGAIN, reminder_id, due_at, provider_index, cause)


_NEXT_DUE = "SELECT min(due_at) FROM reminders WHERE state = 'scheduled'"


async def next_due(connection: Connection, moment: datetime) -> timedelta | None:
    """Return how long from ``moment`` the next scheduled reminder is due; None when there is none."""
    due: datetime | None = await connection.fetchval(_NEXT_DUE)
    return None if due is None else max(due - moment, timedelta())


_OVERDUE = """
SELECT count(*) AS count, min(due_at) AS oldest FROM reminders WHERE state = 'scheduled' AND due_at <= $1
"""


async def overdue(connection: Connection, moment: datetime) -> tuple[int, datetime | None]:
    """Return how many reminders should have been sent by ``moment``, and since when the oldest of them should."""
    row = await connection.fetchrow(_OVERDUE, moment)
    return (row["count"], row["oldest"]) if row else (0, None)


_OF_CUSTOMER = """
SELECT * FROM reminders WHERE customer_code = $1 AND visit_id IS NOT NULL
ORDER BY issued_at DESC, reminder_id DESC LIMIT $2
"""


async def reminders_of(connection: Connection, customer_code: str, limit: int) -> list[Reminder]:
    """Return a customer's reminders, the latest first."""
    return [_reminder(row) for row in await connection.fetch(_OF_CUSTOMER, customer_code, limit)]


def _reminder(row: Record) -> Reminder:
    values: dict[str, Any] = {name: row[name] for name in Reminder.model_fields}
    return Reminder.model_validate(values)
