"""What providers report about SMS: kept as it came, matched with attempts, merged into reminders."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.notify.domain.delivery_reports import DeliveryReport, plausible_moment
from services.notify.domain.references import comparable, converted
from services.notify.store.ported_numbers import learn_operators
from shared.contracts.notify import ReminderState
from shared.db import Connection

MATCHED_FOR = timedelta(days=7)
"""Reports of ids that nobody knows are looked at again for so long."""
MATCHED_AT_ONCE = 500
"""Reports that are looked at again by one look."""
CONVERTED_AFTER = timedelta(minutes=1)
"""An id that nobody knows as it is written is first taken for one whose answer is still under way."""

# In one order, so that two copies that keep the same reports do not wait for each other in a circle. With a lock of
# each, because a row that the server takes back for another copy's counts as deleted, which the audit would name.
_ADD = """
WITH new AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($1::text::jsonb) AS new (fingerprint text, provider text, provider_reference text,
        reference text, converted text[], client_reference text, state text, code text, occurred_at timestamptz,
        part_references text[], operator text)
), locked AS MATERIALIZED (
    SELECT fingerprint, pg_advisory_xact_lock(hashtextextended('report ' || fingerprint, 0))
    FROM (SELECT DISTINCT fingerprint FROM new ORDER BY fingerprint) AS ordered
)
INSERT INTO delivery_reports (fingerprint, provider, provider_reference, reference, converted, client_reference, state,
    code, occurred_at, received_at, look_at, part_references, operator)
SELECT fingerprint, provider, provider_reference, reference, converted, client_reference, state,
    code, occurred_at, $2, $2, part_references, operator
FROM new JOIN locked USING (fingerprint)
ORDER BY fingerprint
ON CONFLICT (fingerprint) DO NOTHING
RETURNING report_id
"""


async def add_reports(connection: Connection, reports: Sequence[DeliveryReport], moment: datetime) -> list[int]:
    """Keep reports; return the ids of those that were not kept before."""
    if not reports:
        return []
    rows = await connection.fetch(_ADD, json.dumps([_as_row(report, moment) for report in reports]), moment)
    return [row["report_id"] for row in rows]


def _as_row(report: DeliveryReport, moment: datetime) -> Mapping[str, object]:
    reference = comparable(report.provider_reference)
    occurred_at = report.occurred_at.isoformat() if report.occurred_at else ""
    reported = (report.provider, reference, report.client_reference or "", report.state.value, report.code, occurred_at)
    return {
        "fingerprint": hashlib.sha256("\x1f".join(reported).encode()).hexdigest(),
        "provider": report.provider,
        "provider_reference": report.provider_reference,
        "reference": reference,
        "converted": converted(report.provider_reference),
        "client_reference": report.client_reference,
        "state": report.state.value,
        "code": report.code[:200],
        "occurred_at": occurred_at if plausible_moment(report.occurred_at, moment) else None,
        "part_references": [comparable(reference) for reference in report.part_references],
        "operator": report.operator,
    }


# By the provider's id as it is written; by ours; at last by the provider's id in the other base, where only one SMS has
# it and nothing final is known of that. The latest attempt wins: providers begin their numbers anew some day.
# What is matched by nothing is looked at again when it is twice as old: its answer may be recorded later.
_MATCH = """
WITH kept AS (
    SELECT * FROM delivery_reports WHERE report_id = ANY($1) AND reminder_id IS NULL FOR UPDATE SKIP LOCKED
), exact AS (
    SELECT DISTINCT ON (report_id) report_id, parts.reminder_id, parts.number
    FROM kept JOIN attempt_parts AS parts USING (provider, reference)
    WHERE kept.reference <> ''
    ORDER BY report_id, parts.changed_at DESC
), ours AS (
    SELECT DISTINCT ON (report_id) report_id, attempts.reminder_id, attempts.number
    FROM kept JOIN attempts USING (provider, client_reference)
    JOIN reminders ON reminders.reminder_id = attempts.reminder_id AND reminders.state <> 'sending'
    WHERE attempts.outcome IS NOT NULL
    ORDER BY report_id, (attempts.outcome = 'accepted') DESC, attempts.number DESC
), other_base AS (
    SELECT report_id, min(parts.reminder_id::text)::uuid AS reminder_id, min(parts.number) AS number
    FROM kept JOIN attempt_parts AS parts ON parts.provider = kept.provider AND parts.reference = ANY(kept.converted)
    WHERE kept.received_at <= $2::timestamptz - $3::interval
        AND (parts.state IS NULL OR parts.state IN ('underway', 'unknown'))
    GROUP BY report_id HAVING count(*) = 1
), found AS (
    SELECT report_id, coalesce(exact.reminder_id, ours.reminder_id, other_base.reminder_id) AS reminder_id,
        coalesce(exact.number, ours.number, other_base.number) AS number
    FROM kept LEFT JOIN exact USING (report_id) LEFT JOIN ours USING (report_id) LEFT JOIN other_base USING (report_id)
)
UPDATE delivery_reports SET reminder_id = found.reminder_id, number = found.number,
    look_at = CASE WHEN found.reminder_id IS NULL AND received_at > $2::timestamptz - $4::interval
        THEN $2::timestamptz + ($2::timestamptz - received_at) END
FROM found WHERE delivery_reports.report_id = found.report_id
RETURNING delivery_reports.report_id, found.reminder_id
"""
_TO_BE_LOOKED_AT = """
SELECT report_id FROM delivery_reports WHERE reminder_id IS NULL AND look_at <= $1
ORDER BY look_at LIMIT $2
"""
# Two reports of two parts must see each other: the reminder is locked before its parts are looked at.
_LOCK_REMINDERS = "SELECT FROM reminders WHERE reminder_id = ANY($1) ORDER BY reminder_id FOR UPDATE"
# A report proves that the provider has the SMS, whatever became of the answer; that of a part of several does not prove
# it of the parts whose ids nobody knows.
_IT_HAS_IT = """
UPDATE attempts SET outcome = 'accepted', detail = 'known from its delivery report',
    provider_reference = coalesce(attempts.provider_reference, reports.provider_reference)
FROM delivery_reports AS reports
WHERE report_id = ANY($1) AND attempts.reminder_id = reports.reminder_id AND attempts.number = reports.number
    AND outcome IN ('unknown', 'not_sent') AND (reports.client_reference IS NOT NULL OR NOT EXISTS (
        SELECT FROM attempt_parts AS parts
        WHERE parts.reminder_id = reports.reminder_id AND parts.number = reports.number AND parts.reference = ''))
"""
# A late answer names all parts.
_ADD_NAMED_PARTS = """
INSERT INTO attempt_parts AS parts (reminder_id, number, part, provider, reference, changed_at)
SELECT reports.reminder_id, reports.number, named.part, provider, named.reference, received_at
FROM delivery_reports AS reports, unnest(part_references) WITH ORDINALITY AS named (reference, part)
WHERE report_id = ANY($1) AND reports.state <> 'failed'
ON CONFLICT (reminder_id, number, part) DO UPDATE SET reference = excluded.reference WHERE parts.reference = ''
"""
_ADD_MISSING_PART = """
INSERT INTO attempt_parts (reminder_id, number, part, provider, reference, changed_at)
SELECT reminder_id, number, 1, provider, reference, received_at FROM delivery_reports AS reports
WHERE report_id = ANY($1) AND NOT EXISTS (
    SELECT FROM attempt_parts AS parts WHERE parts.reminder_id = reports.reminder_id AND parts.number = reports.number)
ON CONFLICT DO NOTHING
"""
# Which network a provider names for the number that an SMS went to.
_NETWORKS = """
SELECT attempts.phone, reports.operator FROM delivery_reports AS reports JOIN attempts USING (reminder_id, number)
WHERE report_id = ANY($1) AND reports.operator IS NOT NULL ORDER BY report_id
"""
# Monotone: delivered beats all, an end beats what is under way, and a later report of less is only recorded. A report
# that names no part is about all of them.
_MERGE_PARTS = """
UPDATE attempt_parts AS parts SET state = best.state, changed_at = best.received_at
FROM (
    SELECT DISTINCT ON (parts.reminder_id, parts.number, parts.part) parts.reminder_id, parts.number, parts.part,
        reports.state, reports.received_at
    FROM delivery_reports AS reports
    JOIN attempt_parts AS parts ON parts.reminder_id = reports.reminder_id AND parts.number = reports.number
    WHERE reports.report_id = ANY($1) AND (
        parts.reference = reports.reference OR parts.reference = ANY(reports.converted) OR NOT EXISTS (
            SELECT FROM attempt_parts AS named
            WHERE named.reminder_id = reports.reminder_id AND named.number = reports.number
                AND named.reference <> ''
                AND (named.reference = reports.reference OR named.reference = ANY(reports.converted))))
    ORDER BY parts.reminder_id, parts.number, parts.part,
        array_position(ARRAY['delivered', 'failed', 'expired', 'unknown', 'underway'], reports.state), reports.report_id
) AS best
WHERE parts.reminder_id = best.reminder_id AND parts.number = best.number AND parts.part = best.part
    AND array_position(ARRAY['underway', 'unknown', 'expired', 'failed', 'delivered'], best.state)
        > coalesce(array_position(ARRAY['underway', 'unknown', 'expired', 'failed', 'delivered'], parts.state), 0)
    AND NOT (coalesce(parts.state, '') IN ('expired', 'failed') AND best.state IN ('expired', 'failed'))
"""
# That the telephone was not reached in time is an end of its own, with a cause of its own.
_WHOLE = """
WITH whole AS (
    SELECT parts.reminder_id, parts.number,
        CASE WHEN bool_and(coalesce(state = 'delivered', false)) THEN 'delivered'
            WHEN bool_or(coalesce(state IN ('failed', 'expired'), false)) THEN 'failed'
            ELSE 'sent' END AS state,
        CASE WHEN bool_and(coalesce(state = 'delivered', false)) THEN ''
            WHEN bool_or(coalesce(state = 'failed', false)) THEN 'undelivered'
            WHEN bool_or(coalesce(state = 'expired', false)) THEN 'not_reached'
            ELSE '' END AS cause
    FROM attempt_parts AS parts
    JOIN (SELECT reminder_id, max(number) AS number FROM attempt_parts
          WHERE reminder_id = ANY($1) GROUP BY reminder_id) AS latest USING (reminder_id, number)
    GROUP BY parts.reminder_id, parts.number
)
UPDATE reminders SET state = whole.state, cause = whole.cause, look_at = NULL, lease_until = NULL,
    provider = attempts.provider, provider_reference = attempts.provider_reference,
    sent_at = coalesce(sent_at, attempts.finished_at, attempts.started_at)
FROM whole JOIN attempts USING (reminder_id, number)
WHERE reminders.reminder_id = whole.reminder_id AND attempts.outcome = 'accepted' AND reminders.state <> 'sending'
    AND (reminders.state, reminders.cause) IS DISTINCT FROM (whole.state, whole.cause)
RETURNING reminders.reminder_id, whole.state
"""


@dataclass(frozen=True)
class Merged:
    """A reminder whose state has changed by a report."""

    reminder_id: UUID
    state: ReminderState


async def match_reports(connection: Connection, report_ids: Collection[int], moment: datetime) -> Sequence[Merged]:
    """Match reports with attempts, and merge them; returns the reminders that have changed."""
    if not report_ids:
        return []
    looked_at = await connection.fetch(_MATCH, report_ids, moment, CONVERTED_AFTER, MATCHED_FOR)
    matched = [row for row in looked_at if row["reminder_id"] is not None]
    if not matched:
        return []
    report_ids = [row["report_id"] for row in matched]
    reminder_ids = list({row["reminder_id"] for row in matched})
    await connection.execute(_LOCK_REMINDERS, reminder_ids)
    await connection.execute(_IT_HAS_IT, report_ids)
    await connection.execute(_ADD_NAMED_PARTS, report_ids)
    await connection.execute(_ADD_MISSING_PART, report_ids)
    await connection.execute(_MERGE_PARTS, report_ids)
    networks = [(row["phone"], row["operator"]) for row in await connection.fetch(_NETWORKS, report_ids)]
    if networks:
        await learn_operators(connection, networks, moment)
    rows = await connection.fetch(_WHOLE, reminder_ids)
    return [Merged(row["reminder_id"], ReminderState(row["state"])) for row in rows]


_LOOKED_BACK = timedelta(days=1)
"""SMS that were accepted earlier are not looked for: what was not reported in this time is not reported any more."""

_UNREPORTED = """
SELECT provider, (
    SELECT started_at FROM attempts
    WHERE attempts.provider = named.provider AND outcome = 'accepted' AND started_at > greatest($2, (
        SELECT max(received_at) FROM delivery_reports AS reports WHERE reports.provider = named.provider))
    ORDER BY started_at LIMIT 1) AS since
FROM unnest($1::text[]) AS named (provider)
"""


async def unreported_since(
    connection: Connection, providers: Collection[str], moment: datetime
) -> dict[str, datetime | None]:
    """Return since when providers have accepted SMS and reported nothing; None: nothing was accepted since."""
    rows = await connection.fetch(_UNREPORTED, list(providers), moment - _LOOKED_BACK)
    return {row["provider"]: row["since"] for row in rows}


async def match_waiting_reports(connection: Connection, moment: datetime) -> Sequence[Merged]:
    """Match reports that came before their answers, and ids in the other base, where it is time to look again."""
    rows = await connection.fetch(_TO_BE_LOOKED_AT, moment, MATCHED_AT_ONCE)
    return await match_reports(connection, [row["report_id"] for row in rows], moment) if rows else []
