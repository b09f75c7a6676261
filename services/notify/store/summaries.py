"""What became of SMS, counted by kind and unit."""

from dataclasses import dataclass
from datetime import datetime

from shared.db import Connection


@dataclass(frozen=True)
class Summary:
    """SMS of one kind and unit. The states add up to ``total``."""

    unit: str
    """Empty for tests."""
    kind: str
    """``test`` for those that tried a provider out, whatever their text."""
    total: int
    scheduled: int
    """Not sent yet, or being handed over now."""
    sent: int
    """Accepted by a provider; nothing final was reported."""
    delivered: int
    failed: int
    expired: int
    """Its time ran out: before it could leave, or at the operator (the telephone was not reached)."""
    unknown: int
    """Handed over, answer lost."""
    cancelled: int
    cost: int
    """Đồng, of what was sent or may have been."""


# A unit as in Python: what is known of a reminder from before campaigns is in the customer code.
_SUMMARIES = """
SELECT unit, kind, count(*) AS total,
    count(*) FILTER (WHERE state IN ('scheduled', 'sending')) AS scheduled,
    count(*) FILTER (WHERE state = 'sent') AS sent,
    count(*) FILTER (WHERE state = 'delivered') AS delivered,
    count(*) FILTER (WHERE state = 'failed' AND NOT is_late) AS failed,
    count(*) FILTER (WHERE state = 'failed' AND is_late) AS expired,
    count(*) FILTER (WHERE state = 'unknown') AS unknown,
    count(*) FILTER (WHERE state = 'cancelled') AS cancelled,
    coalesce(sum(cost), 0)::bigint AS cost
FROM (
    SELECT coalesce(unit_code, left(customer_code, 6)) AS unit, state,
        CASE WHEN is_trial THEN 'test' ELSE template END AS kind,
        cause IN ('expired', 'not_reached') AS is_late, (
            SELECT sum(cost) FROM attempts WHERE attempts.reminder_id = reminders.reminder_id
                AND (outcome IS NULL OR outcome IN ('accepted', 'unknown'))) AS cost
    FROM reminders WHERE issued_at >= $1 AND issued_at < $2
) AS found
WHERE $3::text IS NULL OR unit = $3
GROUP BY unit, kind ORDER BY unit, kind
"""


async def summaries(
    connection: Connection, since: datetime, until: datetime, unit_code: str | None = None
) -> list[Summary]:
    """Return what became of the SMS that were caused from one moment on and before another."""
    return [Summary(**row) for row in await connection.fetch(_SUMMARIES, since, until, unit_code)]
