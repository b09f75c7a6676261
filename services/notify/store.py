"""All SQL of notify. Functions take a connection; whoever calls them holds the transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.notify.domain import Cause, Handover
from shared.contracts.common import AccountState
from shared.contracts.notify import Reminder, ReminderState

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

WAKE_CHANNEL = "notify_reminders"
"""PostgreSQL channel that says that a reminder was scheduled."""

Parameters = Mapping[str, str | None]


@dataclass(frozen=True)
class NewReminder:
    """A reminder that is about to be scheduled (or is known from the start not to be sent)."""

    reminder_id: UUID
    customer_code: str
    visit_id: UUID
    template: str
    template_version: int
    language: str
    parameters: Parameters
    phone: str | None
    text: str
    segments: int
    state: ReminderState
    cause: str
    issued_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class DueReminder:
    """A reminder whose time has come, locked by the transaction that looks at it."""

    reminder_id: UUID
    customer_code: str
    visit_id: UUID
    template: str
    language: str
    parameters: Parameters
    phone: str | None
    issued_at: datetime
    debt: int
    blocked: Cause | None
    provider_index: int
    attempts: int


@dataclass(frozen=True)
class NewAttempt:
    """An attempt that is about to be made."""

    reminder_id: UUID
    number: int
    provider: str
    client_reference: str
    phone: str
    text: str
    segments: int
    started_at: datetime
    lease_until: datetime


@dataclass(frozen=True)
class BlockedPhone:
    """A number that gets no SMS."""

    phone: str
    cause: Cause
    note: str
    blocked_by: str
    blocked_at: datetime


# --- accounts


async def take_account(connection: "Connection", account: AccountState) -> int:
    """Keep an account unless a newer one is known, lock it for this transaction, and return the debt now known."""
    debt: int = await connection.fetchval(
        """
        INSERT INTO accounts AS known (customer_code, version, debt) VALUES ($1, $2, $3)
        ON CONFLICT (customer_code) DO UPDATE SET
            debt = CASE WHEN excluded.version > known.version THEN excluded.debt ELSE known.debt END,
            version = greatest(excluded.version, known.version)
        RETURNING debt
        """,
        account.customer_code,
        account.version,
        account.debt,
    )
    return debt


# --- scheduling


async def add_reminder(connection: "Connection", new: NewReminder) -> bool:
    """Add a reminder; False when its visit already has one of this template."""
    added = await connection.fetchval(
        """
        INSERT INTO reminders (reminder_id, customer_code, visit_id, template, template_version, language, parameters,
                               phone, text, segments, state, cause, issued_at, due_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        ON CONFLICT (visit_id, template) DO NOTHING
        RETURNING true
        """,
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
    )
    return bool(added)


async def wake_senders(connection: "Connection") -> None:
    """Tell every copy, once this transaction is committed, that there is something to send."""
    await connection.execute("SELECT pg_notify($1, '')", WAKE_CHANNEL)


async def cancel_paid(connection: "Connection", customer_code: str) -> int:
    """Cancel a customer's scheduled reminders because the debt is gone; returns how many."""
    status = await connection.execute(
        "UPDATE reminders SET state = 'cancelled', cause = $2 WHERE customer_code = $1 AND state = 'scheduled'",
        customer_code,
        Cause.PAID,
    )
    return _count(status)


async def revive_paid(connection: "Connection", customer_code: str, now: datetime) -> int:
    """Schedule again what was cancelled because of a payment and is not yet due; returns how many."""
    status = await connection.execute(
        """
        UPDATE reminders SET state = 'scheduled', cause = ''
        WHERE customer_code = $1 AND state = 'cancelled' AND cause = $2 AND due_at > $3
        """,
        customer_code,
        Cause.PAID,
        now,
    )
    return _count(status)


# --- sending


async def lock_due(connection: "Connection", now: datetime) -> DueReminder | None:
    """Lock the longest due reminder that no other copy holds, with what is known about its customer and number."""
    row = await connection.fetchrow(
        """
        WITH due AS (
            SELECT * FROM reminders WHERE state = 'scheduled' AND due_at <= $1
            ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
        )
        SELECT due.*, accounts.debt, blocked_phones.cause AS blocked
        FROM due JOIN accounts USING (customer_code) LEFT JOIN blocked_phones USING (phone)
        """,
        now,
    )
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
        debt=row["debt"],
        blocked=Cause(row["blocked"]) if row["blocked"] else None,
        provider_index=row["provider_index"],
        attempts=row["attempts"],
    )


async def blocked_cause(connection: "Connection", phone: str | None) -> Cause | None:
    """Return why a number gets no SMS; None when it does."""
    cause = await connection.fetchval("SELECT cause FROM blocked_phones WHERE phone = $1", phone)
    return Cause(cause) if cause else None


async def handed_over_since(connection: "Connection", phone: str | None, since: datetime) -> int:
    """Count the SMS that a number was, or may have been, sent since a moment.

    Other transactions that count for the same number wait until this one ends, so that a cap holds.
    """
    if phone is None:
        return 0
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", phone)
    count: int = await connection.fetchval(
        """
        SELECT count(DISTINCT reminder_id) FROM attempts
        WHERE phone = $1 AND started_at >= $2 AND (outcome IS NULL OR outcome IN ('accepted', 'unknown'))
        """,
        phone,
        since,
    )
    return count


async def postpone(connection: "Connection", reminder_id: UUID, until: datetime, cause: str) -> None:
    """Move a scheduled reminder to a later moment."""
    await connection.execute(
        "UPDATE reminders SET due_at = $2, cause = $3 WHERE reminder_id = $1", reminder_id, until, cause
    )


async def end(connection: "Connection", reminder_id: UUID, state: ReminderState, cause: str) -> None:
    """End a reminder that is not being handed over."""
    await connection.execute(
        "UPDATE reminders SET state = $2, cause = $3 WHERE reminder_id = $1", reminder_id, state.value, cause
    )


async def begin_attempt(connection: "Connection", attempt: NewAttempt) -> None:
    """Record that an attempt is about to be made, and lease its reminder. Commit this before calling the provider."""
    await connection.execute(
        """
        INSERT INTO attempts (reminder_id, number, provider, client_reference, phone, text, segments, started_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        attempt.reminder_id,
        attempt.number,
        attempt.provider,
        attempt.client_reference,
        attempt.phone,
        attempt.text,
        attempt.segments,
        attempt.started_at,
    )
    await connection.execute(
        """
        UPDATE reminders SET state = 'sending', cause = '', attempts = $2, provider = $3, text = $4, segments = $5,
                             lease_until = $6
        WHERE reminder_id = $1
        """,
        attempt.reminder_id,
        attempt.number,
        attempt.provider,
        attempt.text,
        attempt.segments,
        attempt.lease_until,
    )


async def finish_attempt(
    connection: "Connection",
    attempt: NewAttempt,
    outcome: Handover,
    reference: str | None,
    detail: str,
    now: datetime,
) -> bool:
    """Record what came of an attempt; False when its lease ran out and another copy has given it up meanwhile."""
    still_ours = await connection.fetchval(
        """
        SELECT true FROM reminders WHERE reminder_id = $1 AND state = 'sending' AND attempts = $2 FOR UPDATE
        """,
        attempt.reminder_id,
        attempt.number,
    )
    await connection.execute(
        """
        UPDATE attempts SET outcome = $3, provider_reference = $4, detail = $5, finished_at = $6
        WHERE reminder_id = $1 AND number = $2
        """,
        attempt.reminder_id,
        attempt.number,
        outcome.value,
        reference,
        detail[:500],
        now,
    )
    return bool(still_ours)


async def mark_sent(connection: "Connection", reminder_id: UUID, reference: str | None, now: datetime) -> bool:
    """Mark a reminder as handed over; False when it already was (an answer that came late settles an unknown one)."""
    status = await connection.execute(
        """
        UPDATE reminders SET state = 'sent', cause = '', sent_at = $2, provider_reference = $3, lease_until = NULL
        WHERE reminder_id = $1 AND state IN ('sending', 'unknown')
        """,
        reminder_id,
        now,
        reference,
    )
    return _count(status) == 1


async def mark_ended(connection: "Connection", reminder_id: UUID, state: ReminderState, cause: str) -> None:
    """Mark a reminder that was being handed over as failed or unknown."""
    await connection.execute(
        "UPDATE reminders SET state = $2, cause = $3, lease_until = NULL WHERE reminder_id = $1",
        reminder_id,
        state.value,
        cause,
    )


async def schedule_again(
    connection: "Connection", reminder_id: UUID, due_at: datetime, provider_index: int, cause: str
) -> None:
    """Put back a reminder that its provider certainly did not keep."""
    await connection.execute(
        """
        UPDATE reminders SET state = 'scheduled', cause = $4, due_at = $2, provider_index = $3, lease_until = NULL
        WHERE reminder_id = $1
        """,
        reminder_id,
        due_at,
        provider_index,
        cause,
    )


async def give_up_lost(connection: "Connection", now: datetime) -> list[UUID]:
    """Mark reminders as unknown whose sender died while it handed them over; they may have been sent."""
    rows: Sequence[asyncpg.Record] = await connection.fetch(
        """
        WITH lost AS (
            SELECT reminder_id, attempts FROM reminders WHERE state = 'sending' AND lease_until < $1
            FOR UPDATE SKIP LOCKED
        ), given_up AS (
            UPDATE reminders SET state = 'unknown', cause = $2, lease_until = NULL
            FROM lost WHERE reminders.reminder_id = lost.reminder_id
            RETURNING reminders.reminder_id
        ), attempt AS (
            UPDATE attempts SET outcome = 'unknown', detail = 'the sender ended before the answer', finished_at = $1
            FROM lost
            WHERE attempts.reminder_id = lost.reminder_id AND number = lost.attempts AND outcome IS NULL
        )
        SELECT reminder_id FROM given_up
        """,
        now,
        Cause.ANSWER_LOST,
    )
    return [row["reminder_id"] for row in rows]


async def next_due(connection: "Connection", now: datetime) -> timedelta | None:
    """Return how long from ``now`` the next scheduled reminder is due; None when there is none."""
    due: datetime | None = await connection.fetchval("SELECT min(due_at) FROM reminders WHERE state = 'scheduled'")
    return None if due is None else max(due - now, timedelta())


async def due(connection: "Connection", now: datetime) -> tuple[int, datetime | None]:
    """Return how many reminders should have been sent by ``now``, and since when the oldest of them should."""
    row = await connection.fetchrow(
        "SELECT count(*) AS count, min(due_at) AS oldest FROM reminders WHERE state = 'scheduled' AND due_at <= $1", now
    )
    return (row["count"], row["oldest"]) if row else (0, None)


# --- blocked numbers


async def block_phone(connection: "Connection", blocked: BlockedPhone) -> None:
    """Put a number on the list; an opt-out is not replaced by a wrong number, so that it survives a correction."""
    await connection.execute(
        """
        INSERT INTO blocked_phones AS known (phone, cause, note, blocked_by, blocked_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (phone) DO UPDATE SET cause = excluded.cause, note = excluded.note,
            blocked_by = excluded.blocked_by, blocked_at = excluded.blocked_at
        WHERE known.cause <> 'opted_out'
        """,
        blocked.phone,
        blocked.cause.value,
        blocked.note,
        blocked.blocked_by,
        blocked.blocked_at,
    )


async def unblock_phone(connection: "Connection", phone: str) -> bool:
    """Take a number off the list; False when it was not there."""
    return _count(await connection.execute("DELETE FROM blocked_phones WHERE phone = $1", phone)) == 1


async def blocked_phones(connection: "Connection", limit: int) -> list[BlockedPhone]:
    """Return the numbers on the list, the latest first."""
    rows = await connection.fetch("SELECT * FROM blocked_phones ORDER BY blocked_at DESC, phone LIMIT $1", limit)
    return [
        BlockedPhone(row["phone"], Cause(row["cause"]), row["note"], row["blocked_by"], row["blocked_at"])
        for row in rows
    ]


# --- reading


async def reminders_of(connection: "Connection", customer_code: str, limit: int) -> list[Reminder]:
    """Return a customer's reminders, the latest first."""
    rows = await connection.fetch(
        "SELECT * FROM reminders WHERE customer_code = $1 ORDER BY issued_at DESC, reminder_id DESC LIMIT $2",
        customer_code,
        limit,
    )
    return [_reminder(row) for row in rows]


def _reminder(row: "asyncpg.Record") -> Reminder:
    values: dict[str, Any] = {name: row[name] for name in Reminder.model_fields}
    return Reminder.model_validate(values)


def _count(status: str) -> int:
    """Return the number of rows in the status that PostgreSQL answers with (``UPDATE 3``)."""
    return int(status.rpartition(" ")[2])
