"""Attempts to hand a reminder to a provider; each is committed before the provider is called."""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from services.notify.domain.causes import Cause
from services.notify.domain.outcome import Handover
from services.notify.domain.references import comparable
from services.notify.domain.reminders import NewAttempt
from shared.contracts.notify import ReminderState
from shared.db import Connection

# The last locks of a transaction, always, and in one order: whoever holds them waits for no other lock.
_LOCK_PHONES = """
SELECT pg_advisory_xact_lock(number) FROM (
    SELECT DISTINCT hashtextextended(phone, 0) AS number FROM unnest($1::text[]) AS phone ORDER BY number) AS numbers
"""


async def lock_phones(connection: Connection, phones: Collection[str]) -> None:
    """Let no other sender count or begin attempts for numbers before the transaction ends, so that a cap holds."""
    await connection.execute(_LOCK_PHONES, list(phones))


_HANDED_OVER = """
SELECT phone, count(DISTINCT reminder_id) AS count FROM attempts
WHERE phone = ANY($1) AND started_at >= $2 AND (outcome IS NULL OR outcome IN ('accepted', 'unknown'))
    AND reminder_id <> ALL($3)
GROUP BY phone
"""


async def handed_over_since(
    connection: Connection, phones: Collection[str], since: datetime, besides: Collection[UUID] = ()
) -> dict[str, int]:
    """Count the SMS that numbers were, or may have been, sent since a moment, ``besides`` some reminders."""
    if not phones:
        return {}
    rows = await connection.fetch(_HANDED_OVER, list(phones), since, list(besides))
    return {row["phone"]: row["count"] for row in rows}


# One statement for both tables: a round trip costs more than either of them.
_BEGIN = """
WITH new AS (
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[],
        $8::timestamptz[], $9::bool[], $10::text[], $11::bigint[], $12::bool[], $13::timestamptz[])
        AS new (reminder_id, number, provider, client_reference, phone, text, segments, started_at, repeats, operator,
            cost, bulk, lease_until)
), leased AS (
    UPDATE reminders SET state = 'sending', cause = '', attempts = new.number, provider = new.provider,
        text = new.text, segments = new.segments, lease_until = new.lease_until, look_at = NULL
    FROM new WHERE reminders.reminder_id = new.reminder_id
)
INSERT INTO attempts (reminder_id, number, provider, client_reference, phone, text, segments, started_at, repeats,
    operator, cost, bulk)
SELECT reminder_id, number, provider, client_reference, phone, text, segments, started_at, repeats, operator, cost, bulk
FROM new
"""


async def begin_attempts(connection: Connection, attempts: Sequence[NewAttempt]) -> None:
    """Record that attempts are about to be made, and lease their reminders. Commit this before calling a provider."""
    if not attempts:
        return
    await connection.execute(
        _BEGIN,
        [one.reminder_id for one in attempts],
        [one.number for one in attempts],
        [one.provider for one in attempts],
        [one.client_reference for one in attempts],
        [one.phone for one in attempts],
        [one.text for one in attempts],
        [one.segments for one in attempts],
        [one.started_at for one in attempts],
        [one.repeats for one in attempts],
        [one.operator for one in attempts],
        [one.cost for one in attempts],
        [one.bulk for one in attempts],
        [one.lease_until for one in attempts],
    )


@dataclass(frozen=True)
class Answer:
    """What came of an attempt."""

    attempt: NewAttempt
    outcome: Handover
    reference: str | None
    part_references: Sequence[str]
    detail: str
    moment: datetime


# Reminders are locked before attempts, and in one order, here and in _END_LOST.
_LOCK_REMINDERS = """
SELECT reminder_id, state, attempts FROM reminders WHERE reminder_id = ANY($1) ORDER BY reminder_id FOR UPDATE
"""
# What a delivery report or a status query has settled meanwhile stays: the answer that was lost comes late, if at all.
# One statement for all tables: a round trip costs more than any of them.
_FINISH = """
WITH new AS (
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
        AS new (reminder_id, number, outcome, provider_reference, detail, finished_at)
), finished AS (
    UPDATE attempts SET finished_at = new.finished_at, detail = new.detail,
        outcome = CASE WHEN attempts.outcome = 'accepted' THEN 'accepted' ELSE new.outcome END,
        provider_reference = coalesce(new.provider_reference, attempts.provider_reference)
    FROM new WHERE attempts.reminder_id = new.reminder_id AND attempts.number = new.number
), parts AS (
    INSERT INTO attempt_parts (reminder_id, number, part, provider, reference, changed_at)
    SELECT * FROM unnest($7::uuid[], $8::int[], $9::int[], $10::text[], $11::text[], $12::timestamptz[])
    ON CONFLICT DO NOTHING
)
UPDATE reminders SET state = 'sent', cause = '', sent_at = new.finished_at, provider_reference = new.provider_reference,
    lease_until = NULL, look_at = NULL, tried = DEFAULT
FROM new
WHERE new.outcome = 'accepted' AND reminders.reminder_id = new.reminder_id AND state IN ('sending', 'unknown')
RETURNING reminders.reminder_id
"""


@dataclass(frozen=True)
class Finished:
    """Reminders whose attempts were recorded."""

    sent: Set[UUID]
    """Those that were accepted and not known to be yet: a late answer settles an unknown one."""
    still_ours: Set[UUID]
    """Those that waited for this answer: the others' leases ran out, and another copy looks for their outcome."""


async def finish_attempts(connection: Connection, answers: Sequence[Answer]) -> Finished:
    """Record what came of attempts, and mark what was accepted as sent."""
    ids = [answer.attempt.reminder_id for answer in answers]
    locked = {row["reminder_id"]: row for row in await connection.fetch(_LOCK_REMINDERS, ids)}
    parts = [list(column) for column in zip(*_parts(answers), strict=True)] or [[]] * 6
    rows = await connection.fetch(
        _FINISH,
        ids,
        [answer.attempt.number for answer in answers],
        [answer.outcome.value for answer in answers],
        [answer.reference for answer in answers],
        [answer.detail[:500] for answer in answers],
        [answer.moment for answer in answers],
        *parts,
    )
    still_ours = {
        answer.attempt.reminder_id
        for answer in answers
        if (row := locked.get(answer.attempt.reminder_id))
        and row["state"] == ReminderState.SENDING
        and row["attempts"] == answer.attempt.number
    }
    return Finished({row["reminder_id"] for row in rows}, still_ours)


def _parts(answers: Iterable[Answer]) -> Iterable[tuple[UUID, int, int, str, str, datetime]]:
    """Return the parts of what was accepted, and of what is unknown where ids of parts are known."""
    for answer in answers:
        references = answer.part_references
        if answer.outcome is Handover.ACCEPTED:
            references = references or [answer.reference or ""]
        elif answer.outcome is not Handover.UNKNOWN:
            continue
        for part, reference in enumerate(references, 1):
            attempt = answer.attempt
            yield (
                attempt.reminder_id,
                attempt.number,
                part,
                attempt.provider,
                comparable(reference),
                answer.moment,
            )


# Reminders that another copy is ending are left to it.
_END_LOST = """
WITH lost AS (
    SELECT reminder_id, attempts FROM reminders WHERE state = 'sending' AND lease_until < $1
    FOR UPDATE SKIP LOCKED
), ended AS (
    UPDATE reminders SET state = 'unknown', cause = $2, lease_until = NULL, look_at = $1, looks = 0
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
    """Mark reminders as unknown whose sender died while it handed them over; their outcome is looked for at once."""
    rows: Sequence[Record] = await connection.fetch(_END_LOST, moment, Cause.ANSWER_LOST)
    return [row["reminder_id"] for row in rows]


@dataclass(frozen=True)
class Lost:
    """The SMS of a reminder that may have left."""

    provider: str
    client_reference: str
    phone: str
    first_attempt_at: datetime


# Of the present SMS: one that is sent once more has another reference.
_UNREACHED_BY = """
SELECT reminder_id, array_agg(DISTINCT provider) AS providers FROM attempts
WHERE reminder_id = ANY ($1) AND outcome = 'unreachable' GROUP BY reminder_id
"""


async def unreached_by(connection: Connection, reminder_ids: Sequence[UUID]) -> Mapping[UUID, Collection[str]]:
    """Return for reminders the providers that have no way to the customer."""
    rows = await connection.fetch(_UNREACHED_BY, list(reminder_ids))
    return {row["reminder_id"]: row["providers"] for row in rows}


_LOST = """
SELECT DISTINCT ON (reminder_id) reminder_id, provider, client_reference, phone,
    (SELECT min(first.started_at) FROM attempts AS first
     WHERE first.reminder_id = attempts.reminder_id AND first.client_reference = attempts.client_reference
        AND first.outcome = 'unknown') AS first_attempt_at
FROM attempts WHERE reminder_id = ANY($1) AND outcome = 'unknown'
ORDER BY reminder_id, number DESC
"""


async def lost_sms(connection: Connection, reminder_ids: Collection[UUID]) -> dict[UUID, Lost]:
    """Return the SMS of unknown reminders, by reminder."""
    rows = await connection.fetch(_LOST, list(reminder_ids))
    return {
        row["reminder_id"]: Lost(row["provider"], row["client_reference"], row["phone"], row["first_attempt_at"])
        for row in rows
    }


_NOTE_DENIAL = """
UPDATE attempts SET detail = 'unknown; the provider answers that it never had it'
WHERE reminder_id = $1 AND client_reference = $2 AND outcome = 'unknown'
"""


async def note_denial(connection: Connection, reminder_id: UUID, client_reference: str) -> None:
    """Record that a provider answers that it never had an SMS whose answer was lost; it stays unknown."""
    await connection.execute(_NOTE_DENIAL, reminder_id, client_reference)
