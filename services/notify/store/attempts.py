"""Attempts to hand a reminder to a provider; each is committed before the provider is called."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from services.notify.domain.causes import Cause
from services.notify.domain.outcome import Handover
from services.notify.domain.reminders import NewAttempt
from shared.db import Connection

# The last lock of a transaction, always: its holder waits for no other lock, so it cannot deadlock.
_LOCK_PHONE = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"


async def lock_phone(connection: Connection, phone: str) -> None:
    """Let no other sender count or begin attempts for a number before the transaction ends, so that a cap holds."""
    await connection.execute(_LOCK_PHONE, phone)


_HANDED_OVER = """
SELECT count(DISTINCT reminder_id) FROM attempts
WHERE phone = $1 AND started_at >= $2 AND (outcome IS NULL OR outcome IN ('accepted', 'unknown'))
"""


async def handed_over_since(connection: Connection, phone: str | None, since: datetime) -> int:
    """Count the SMS that a number was, or may have been, sent since a moment."""
    if phone is None:
        return 0
    count: int = await connection.fetchval(_HANDED_OVER, phone, since)
    return count


_ADD = """
INSERT INTO attempts (reminder_id, number, provider, client_reference, phone, text, segments, started_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_LEASE = """
UPDATE reminders SET state = 'sending', cause = '', attempts = $2, provider = $3, text = $4, segments = $5,
    lease_until = $6
WHERE reminder_id = $1
"""


async def begin_attempt(connection: Connection, attempt: NewAttempt) -> None:
    """Record that an attempt is about to be made, and lease its reminder. Commit this before calling the provider."""
    await connection.execute(
        _ADD,
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
        _LEASE,
        attempt.reminder_id,
        attempt.number,
        attempt.provider,
        attempt.text,
        attempt.segments,
        attempt.lease_until,
    )


# The reminder is locked before the attempt, here and in _END_LOST.
_LOCK_LEASED = "SELECT true FROM reminders WHERE reminder_id = $1 AND state = 'sending' AND attempts = $2 FOR UPDATE"
_FINISH = """
UPDATE attempts SET outcome = $3, provider_reference = $4, detail = $5, finished_at = $6
WHERE reminder_id = $1 AND number = $2
"""


async def finish_attempt(
    connection: Connection,
    attempt: NewAttempt,
    outcome: Handover,
    reference: str | None,
    detail: str,
    moment: datetime,
) -> bool:
    """Record what came of an attempt; False when its lease ran out and another copy has ended it meanwhile."""
    still_ours = await connection.fetchval(_LOCK_LEASED, attempt.reminder_id, attempt.number)
    await connection.execute(
        _FINISH,
        attempt.reminder_id,
        attempt.number,
        outcome.value,
        reference,
        detail[:500],
        moment,
    )
    return bool(still_ours)


# Reminders that another copy is ending are left to it.
_END_LOST = """
WITH lost AS (
    SELECT reminder_id, attempts FROM reminders WHERE state = 'sending' AND lease_until < $1
    FOR UPDATE SKIP LOCKED
), ended AS (
    UPDATE reminders SET state = 'unknown', cause = $2, lease_until = NULL
    FROM lost WHERE reminders.reminder_id = lost.reminder_id
    RETURNING reminders.reminder_id
), attempt AS (
    UPDATE attempts SET outcome = 'unknown', detail = 'the sender ended before the answer', finished_at = $1
    FROM lost
    WHERE attempts.reminder_id = lost.reminder_id AND number = lost.attempts AND outcome IS NULL
)
SELECT reminder_id FROM ended
"""


async def end_lost(connection: Connection, moment: datetime) -> list[UUID]:
    """Mark reminders as unknown whose sender died while it handed them over; they may have been sent."""
    rows: Sequence[Record] = await connection.fetch(_END_LOST, moment, Cause.ANSWER_LOST)
    return [row["reminder_id"] for row in rows]
