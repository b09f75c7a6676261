"""Reminders: the table is the schedule."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from asyncpg import Record

from services.notify.domain.causes import OUT_OF_TIME, Cause
from services.notify.domain.reminders import Contact, DueReminder, NewReminder, Priority, unit_of
from services.notify.domain.verdict import Postpone
from services.notify.store.accounts import KnownAccount
from services.notify.store.ported_numbers import known_operator
from services.notify.store.row_count import row_count
from shared.contracts.notify import CampaignMessage, Reminder, ReminderState, UnitSms
from shared.db import Connection
from shared.stored_records import readable

# One reminder of a template a visit, one link for each receipt and number, whatever is repeated. The number of a person
# who was erased is not taken from an event that tells of before.
_ADD = """
INSERT INTO reminders (reminder_id, customer_code, visit_id, template, template_version, language, parameters,
    phone, text, segments, state, cause, issued_at, due_at, receipt_id, payment_id, requested_by, unit_code, expires_at,
    is_trial, through, bill_ids)
VALUES ($1, $2, $3, $4, $5, $6, $7,
    CASE WHEN NOT EXISTS (SELECT FROM erased_people WHERE customer_code = $2 AND erased_at >= $13) THEN $8::text END,
    $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
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
        new.unit_code,
        new.expires_at,
        new.is_trial,
        new.through,
        list(new.bill_ids) or None,
    )
    return bool(added)


WAKE_CHANNEL = "notify_reminders"
"""PostgreSQL channel of the wake-ups of senders."""

_WAKE = "SELECT pg_notify($1, '')"


async def wake_senders(connection: Connection) -> None:
    """Wake the senders of every copy once this transaction is committed."""
    await connection.execute(_WAKE, WAKE_CHANNEL)


# Of a row ``accounts``: a complaint is open, and billing has not told of its bill: what is known of the account does
# not leave that bill out. The number of no bill stops everything, too.
STOPPED = """EXISTS (
    SELECT FROM complaints WHERE complaints.customer_code = accounts.customer_code AND settled_at IS NULL
        AND NOT (accounts.disputed_version = accounts.version AND btrim(bill_number) = ANY (accounts.disputed_bills)))
"""

# Of a row ``accounts``: an instalment agreement is in force.
IN_PARTS = """EXISTS (
    SELECT FROM agreements WHERE agreements.customer_code = accounts.customer_code AND is_in_force)
"""

_CANCEL_PAID = """
UPDATE reminders SET state = 'cancelled', cause = $4
WHERE customer_code = $1 AND state = 'scheduled' AND receipt_id IS NULL
    AND ($2 <= 0 OR debt_due_on <> coalesce($3, 'infinity'::date))
"""


async def cancel_paid(connection: Connection, account: KnownAccount) -> int:
    """Cancel a customer's scheduled reminders whose debt is gone, wholly or with its oldest bill; returns how many."""
    status = await connection.execute(
        _CANCEL_PAID, account.customer_code, account.debt, account.oldest_due_date, account.nothing_left
    )
    return row_count(status)


_CANCEL_PAID_OF = """
UPDATE reminders SET state = 'cancelled', cause = account.cause
FROM unnest($1::text[], $2::bigint[], $3::date[], $4::text[]) AS account (code, debt, oldest_due_date, cause)
WHERE customer_code = code AND state = 'scheduled' AND receipt_id IS NULL
    AND (account.debt <= 0 OR debt_due_on <> coalesce(account.oldest_due_date, 'infinity'::date))
"""


async def cancel_paid_of(connection: Connection, accounts: Sequence[KnownAccount]) -> int:
    """Do as :func:`cancel_paid` for many customers at once."""
    status = await connection.execute(
        _CANCEL_PAID_OF,
        [account.customer_code for account in accounts],
        [account.debt for account in accounts],
        [account.oldest_due_date for account in accounts],
        [account.nothing_left for account in accounts],
    )
    return row_count(status)


# What is being handed over, or may have left, cannot be called back; but it is not handed over again, whatever the
# provider answers. $2 is the cause. One statement: between two of them the answer might come.
CANCELLED_OR_STOPPED = """SET stopped = $2,
    state = CASE WHEN state = 'scheduled' THEN 'cancelled' ELSE state END,
    cause = CASE WHEN state = 'scheduled' THEN $2 ELSE cause END
WHERE state IN ('scheduled', 'sending', 'unknown')
"""
_CANCEL_OF_VISIT = f"UPDATE reminders {CANCELLED_OR_STOPPED} AND visit_id = $1"


async def cancel_of_visit(connection: Connection, visit_id: UUID) -> None:
    """Cancel the reminder of a visit that was taken back, where it has not left."""
    await connection.execute(_CANCEL_OF_VISIT, visit_id, Cause.VISIT_WITHDRAWN)


# One of a campaign is restored while it is of use, the others only before they were due.
_RESTORE_PAID = """
UPDATE reminders SET state = 'scheduled', cause = ''
WHERE customer_code = $1 AND state = 'cancelled' AND cause = $2 AND (due_at > $3 OR expires_at > $3)
    AND (debt_due_on IS NULL OR debt_due_on = $4)
"""


async def restore_paid(connection: Connection, account: KnownAccount, moment: datetime) -> int:
    """Schedule again what a payment cancelled that is of use and is about the present debt; returns how many."""
    status = await connection.execute(_RESTORE_PAID, account.customer_code, Cause.PAID, moment, account.oldest_due_date)
    return row_count(status)


# What is known about customers and numbers of the rows that are due, looked up row by row (LIMIT): the planner does not
# know how few they are and would read a million accounts instead. Begins where the rows that are due end.
_WITH_WHAT_IS_KNOWN = f""")
SELECT due.*, account.*, coalesce(blocked.cause, opted.cause) AS blocked, ported.operator AS ported_to
FROM due
LEFT JOIN LATERAL (
    SELECT {STOPPED} AS is_disputed, {IN_PARTS} AS pays_in_parts, debt, disputed_debt, oldest_due_date, unit_name,
        unit_phone, collector_name, collector_phone, sms_language FROM accounts
    WHERE accounts.customer_code = due.customer_code LIMIT 1
) account ON true
LEFT JOIN LATERAL (SELECT cause FROM blocked_phones WHERE blocked_phones.phone = due.phone LIMIT 1) blocked ON true
LEFT JOIN LATERAL (
    SELECT 'opted_out' AS cause FROM opt_outs WHERE opt_outs.phone = due.phone AND kind = due.template LIMIT 1
) opted ON true
LEFT JOIN LATERAL (SELECT operator FROM ported_numbers WHERE ported_numbers.phone = due.phone LIMIT 1) ported ON true
ORDER BY due.priority, due.due_at
"""
# A reminder that another copy holds is skipped, so that senders never wait for each other here. One search a priority:
# each reads the index from its oldest entry and stops at the limit, however many there are of the other one.
_CLAIM_DUE = f"""
WITH urgent AS (
    SELECT * FROM reminders WHERE state = 'scheduled' AND priority = 0 AND due_at <= $1
    ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED
), bulk AS (
    SELECT * FROM reminders WHERE state = 'scheduled' AND priority = 1 AND due_at <= $1
    ORDER BY due_at LIMIT $2 - (SELECT count(*) FROM urgent) FOR UPDATE SKIP LOCKED
), due AS (
    SELECT * FROM urgent UNION ALL SELECT * FROM bulk
{_WITH_WHAT_IS_KNOWN}"""


async def claim_due(connection: Connection, moment: datetime, limit: int) -> list[DueReminder]:
    """Lock up to ``limit`` due reminders that no other copy holds, with what is known about customers and numbers.

    Those that somebody waits for come before those in bulk, the longest due first. The locks last as long as the
    transaction.
    """
    return [_due(row) for row in await connection.fetch(_CLAIM_DUE, moment, limit)]


_CLAIM_UNSETTLED = f"""
WITH due AS (
    SELECT * FROM reminders WHERE state = 'unknown' AND look_at <= $1
    ORDER BY look_at LIMIT $2 FOR UPDATE SKIP LOCKED
{_WITH_WHAT_IS_KNOWN}"""


async def claim_unsettled(connection: Connection, moment: datetime, limit: int) -> list[DueReminder]:
    """Lock up to ``limit`` reminders whose answer was lost and whose outcome is to be looked for now."""
    return [_due(row) for row in await connection.fetch(_CLAIM_UNSETTLED, moment, limit)]


def _due(row: Record) -> DueReminder:
    contact = None
    if row["unit_name"] is not None:
        contact = Contact(row["unit_name"], row["unit_phone"], row["collector_name"], row["collector_phone"])
    return DueReminder(
        reminder_id=row["reminder_id"],
        customer_code=row["customer_code"],
        visit_id=row["visit_id"],
        template=row["template"],
        # What the customer wants now, whatever the unit wanted when it was scheduled.
        language=row["sms_language"] or row["language"],
        parameters=json.loads(row["parameters"]),
        phone=row["phone"],
        issued_at=row["issued_at"],
        debt=None if row["receipt_id"] or row["is_trial"] else row["debt"],
        blocked=Cause(row["blocked"]) if row["blocked"] else None,
        attempts=row["attempts"],
        unit_code=row["unit_code"] or unit_of(row["customer_code"]),
        priority=Priority(row["priority"]),
        debt_due_on=row["debt_due_on"],
        expires_at=row["expires_at"],
        oldest_due_on=row["oldest_due_date"],
        contact=contact,
        tried=row["tried"],
        provider=row["provider"],
        looks=row["looks"],
        sent_again=row["sent_again"],
        stopped=Cause(row["stopped"]) if row["stopped"] else None,
        is_disputed=bool(row["is_disputed"]),
        pays_in_parts=bool(row["pays_in_parts"]),
        disputed_debt=row["disputed_debt"] or 0,
        is_trial=row["is_trial"],
        through=row["through"],
        ported_to=known_operator(row["ported_to"]),
        bill_ids=row["bill_ids"] or (),
    )


_POSTPONE = """
UPDATE reminders SET due_at = new.due_at, cause = new.cause, expires_at = coalesce(new.expires_at, reminders.expires_at)
FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::timestamptz[])
    AS new (reminder_id, due_at, cause, expires_at)
WHERE reminders.reminder_id = new.reminder_id
"""


async def postpone(connection: Connection, later: Mapping[UUID, Postpone]) -> None:
    """Move scheduled reminders to later moments."""
    if later:
        await connection.execute(
            _POSTPONE,
            list(later),
            [one.until for one in later.values()],
            [one.cause for one in later.values()],
            [one.expires_at for one in later.values()],
        )


_END = "UPDATE reminders SET state = $2, cause = $3, lease_until = NULL, look_at = NULL WHERE reminder_id = $1"


async def end_reminder(connection: Connection, reminder_id: UUID, state: ReminderState, cause: str) -> None:
    """End a reminder as cancelled, failed or unknown; a lease ends with it."""
    await connection.execute(_END, reminder_id, state.value, cause)


_SCHEDULE_AGAIN = """
UPDATE reminders SET state = 'scheduled', cause = $4, due_at = $2, tried = $3, look_at = NULL, looks = 0,
    lease_until = NULL
WHERE reminder_id = $1
"""


async def schedule_again(
    connection: Connection, reminder_id: UUID, due_at: datetime, tried: Collection[str], cause: str
) -> None:
    """Put back a reminder that its provider certainly did not keep; ``tried``: providers to pass over."""
    await connection.execute(_SCHEDULE_AGAIN, reminder_id, due_at, list(tried), cause)


_SEND_ONCE_MORE = """
UPDATE reminders SET state = 'scheduled', cause = $3, due_at = $2, sent_again = true, look_at = NULL, looks = 0
WHERE reminder_id = $1
"""


async def send_once_more(connection: Connection, reminder_id: UUID, moment: datetime) -> None:
    """Schedule a reminder once more that has stayed unknown for good."""
    await connection.execute(_SEND_ONCE_MORE, reminder_id, moment, Cause.ANSWER_LOST)


_LOCK_UNKNOWN = "SELECT true FROM reminders WHERE reminder_id = $1 AND state = 'unknown' FOR UPDATE"


async def lock_unknown(connection: Connection, reminder_id: UUID) -> bool:
    """Lock a reminder; False when it is not unknown any more."""
    return bool(await connection.fetchval(_LOCK_UNKNOWN, reminder_id))


_LOOK_LATER = """
UPDATE reminders SET state = 'unknown', cause = $4, look_at = $2, looks = $3, lease_until = NULL WHERE reminder_id = $1
"""


async def look_later(connection: Connection, reminder_id: UUID, at: datetime, looks: int) -> None:
    """Keep a reminder as unknown, and look for its outcome at a later moment."""
    await connection.execute(_LOOK_LATER, reminder_id, at, looks, Cause.ANSWER_LOST)


_NEXT_DUE = """
SELECT least(
    (SELECT min(due_at) FROM reminders WHERE state = 'scheduled' AND priority = 0),
    (SELECT min(due_at) FROM reminders WHERE state = 'scheduled' AND priority = 1),
    (SELECT min(look_at) FROM reminders WHERE state = 'unknown' AND look_at IS NOT NULL))
"""


async def next_due(connection: Connection, moment: datetime) -> timedelta | None:
    """Return how long from ``moment`` the next reminder is due, or its outcome looked for; None when there is none."""
    due: datetime | None = await connection.fetchval(_NEXT_DUE)
    return None if due is None else max(due - moment, timedelta())


_OVERDUE = """
SELECT count(*) AS count, min(due_at) AS oldest FROM reminders
WHERE state = 'scheduled' AND priority IN (0, 1) AND due_at <= $1
"""


async def overdue(connection: Connection, moment: datetime) -> tuple[int, datetime | None]:
    """Return how many reminders should have been sent by ``moment``, and since when the oldest of them should."""
    row = await connection.fetchrow(_OVERDUE, moment)
    return (row["count"], row["oldest"]) if row else (0, None)


# $1 the units, or none for all; $2 now; $3 the end of the day.
_DUE_OF_UNITS = """
SELECT coalesce(reminders.unit_code, accounts.unit_code, '') AS unit_code, count(*) AS due,
    count(*) FILTER (WHERE due_at <= $2) AS late
FROM reminders LEFT JOIN accounts USING (customer_code)
WHERE state = 'scheduled' AND priority IN (0, 1) AND due_at < $3
    AND (cardinality($1::text[]) = 0 OR coalesce(reminders.unit_code, accounts.unit_code) = ANY ($1))
GROUP BY 1 ORDER BY 1
"""


async def due_of_units(
    connection: Connection, unit_codes: Sequence[str], moment: datetime, until: datetime
) -> list[UnitSms]:
    """Return how many reminders are still to leave before ``until``, by unit, and how many should have by ``moment``.

    The SMS of a visit has no unit of its own: that of its customer counts.
    """
    rows = await connection.fetch(_DUE_OF_UNITS, list(unit_codes), moment, until)
    return [UnitSms.model_validate(dict(row)) for row in rows]


_UNSETTLED = """
SELECT count(DISTINCT reminder_id) AS count, min(started_at) AS oldest
FROM reminders JOIN attempts USING (reminder_id)
WHERE state = 'unknown' AND look_at IS NOT NULL AND outcome = 'unknown'
"""


async def unsettled(connection: Connection) -> tuple[int, datetime | None]:
    """Return of how many SMS the outcome is looked for, and when the oldest of them may have left."""
    [row] = await connection.fetch(_UNSETTLED)
    return row["count"], row["oldest"]


_OF_CUSTOMER = """
SELECT * FROM reminders WHERE customer_code = $1 AND visit_id IS NOT NULL
ORDER BY issued_at DESC, reminder_id DESC LIMIT $2
"""


async def reminders_of(connection: Connection, customer_code: str, limit: int) -> list[Reminder]:
    """Return a customer's reminders, the latest first."""
    rows = await connection.fetch(_OF_CUSTOMER, customer_code, limit)
    return readable(rows, _reminder, kind="reminder", key="reminder_id")


_CAMPAIGNS_OF_CUSTOMER = """
SELECT * FROM reminders WHERE customer_code = $1 AND debt_due_on IS NOT NULL
ORDER BY issued_at DESC, reminder_id DESC LIMIT $2
"""


async def campaigns_of(connection: Connection, customer_code: str, limit: int) -> list[CampaignMessage]:
    """Return the messages that date rules scheduled for a customer, the latest first."""
    rows = await connection.fetch(_CAMPAIGNS_OF_CUSTOMER, customer_code, limit)
    return readable(rows, _campaign_message, kind="campaign_message", key="reminder_id")


def _campaign_message(row: Record) -> CampaignMessage:
    return CampaignMessage.model_validate({**row, "expired": is_expired(row)})


def _reminder(row: Record) -> Reminder:
    return Reminder.model_validate({**row, "expired": is_expired(row)})


def is_expired(row: Record) -> bool:
    """Whether the message of a row has failed because its time ran out."""
    return row["state"] == ReminderState.FAILED and row["cause"] in OUT_OF_TIME
