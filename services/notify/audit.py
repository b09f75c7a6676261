"""Facts for the audit: what must never be true of reminders."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from shared.audit import AuditViolation, broken_rules, rows_in_order
from shared.clock import Clock, now
from shared.db import Connection

# Each rule selects what breaks it as (subject, detail); a sound database selects nothing.
_RULES: dict[str, str] = {
    "a visit has at most one reminder of a template": """
        SELECT visit_id::text, format('%s reminders of %s', count(*), template)
        FROM reminders WHERE visit_id IS NOT NULL GROUP BY visit_id, template HAVING count(*) > 1
    """,
    "nobody is asked for money while a complaint about a bill is open": """
        SELECT reminder_id::text, format('%s is scheduled, complaint %s is open', template, complaint_id)
        FROM reminders JOIN complaints USING (customer_code)
        WHERE state = 'scheduled' AND stopped = '' AND receipt_id IS NULL AND NOT is_trial AND settled_at IS NULL
    """,
    "a reminder that a complaint cancelled is of a customer who complained": """
        SELECT reminder_id::text, 'no complaint is known' FROM reminders
        WHERE state = 'cancelled' AND cause = 'complaint' AND NOT EXISTS (
            SELECT FROM complaints WHERE complaints.customer_code = reminders.customer_code)
    """,
    "the link of a receipt goes to a number once": """
        SELECT receipt_id::text, format('%s times to one number', count(*))
        FROM reminders WHERE receipt_id IS NOT NULL GROUP BY receipt_id, phone HAVING count(*) > 1
    """,
    "a reminder is handed over at most once": """
        SELECT reminder_id::text, format('handed over %s times', count(*))
        FROM attempts JOIN reminders USING (reminder_id)
        WHERE NOT repeats AND (outcome IS NULL OR outcome IN ('accepted', 'unknown'))
        GROUP BY reminder_id, sent_again HAVING count(*) > CASE WHEN sent_again THEN 2 ELSE 1 END
    """,
    "what may have left goes to no other provider": """
        SELECT reminder_id::text, string_agg(DISTINCT attempts.provider, ', ')
        FROM attempts WHERE outcome IS NULL OR outcome IN ('accepted', 'unknown')
        GROUP BY reminder_id HAVING count(DISTINCT attempts.provider) > 1
    """,
    "an SMS is repeated only under the reference that its provider recognises": """
        SELECT reminder_id::text, format('attempt %s of %s', number, provider)
        FROM attempts AS repeated WHERE repeats AND NOT EXISTS (
            SELECT FROM attempts AS first
            WHERE first.reminder_id = repeated.reminder_id AND first.number < repeated.number
                AND first.provider = repeated.provider AND first.client_reference = repeated.client_reference)
    """,
    "an unknown SMS is named, and looked for or unknown for good": """
        SELECT reminder_id::text, format('%s, cause "%s"', state, cause)
        FROM reminders WHERE state = 'unknown' AND (cause = '' OR NOT EXISTS (
            SELECT FROM attempts WHERE attempts.reminder_id = reminders.reminder_id AND outcome = 'unknown'))
    """,
    "a reminder is sent by an attempt that was accepted": """
        SELECT reminder_id::text, format('%s without such an attempt', state)
        FROM reminders
        WHERE (state IN ('sent', 'delivered') OR cause IN ('undelivered', 'not_reached')) AND NOT EXISTS (
            SELECT FROM attempts WHERE attempts.reminder_id = reminders.reminder_id AND outcome = 'accepted')
    """,
    "a reminder whose attempt was accepted is sent": """
        SELECT DISTINCT reminder_id::text, state
        FROM attempts JOIN reminders USING (reminder_id)
        WHERE outcome = 'accepted' AND state NOT IN ('sent', 'delivered')
            AND cause NOT IN ('undelivered', 'not_reached')
    """,
}


class ReminderFact(NamedTuple):
    """The reminder of one visit."""

    visit_id: UUID
    state: str
    cause: str = ""


@dataclass(frozen=True)
class NotifyFacts:
    """The violations found inside this database."""

    violations: list[AuditViolation]


_FORGOTTEN_RULE = "no reminder is forgotten"
# Due for so long, being sent, or looked for, and nobody did it: the service stood still, or has a fault.
_FORGOTTEN = """
SELECT reminder_id::text, format('%s, due since %s', state, coalesce(lease_until, look_at, due_at)) AS detail
FROM reminders
WHERE (state = 'scheduled' AND due_at < $1) OR (state = 'sending' AND lease_until < $1)
    OR (state = 'unknown' AND look_at < $1)
"""
FORGOTTEN_AFTER = timedelta(hours=24)

_REMINDERS = "SELECT visit_id, state, cause FROM reminders WHERE visit_id IS NOT NULL ORDER BY visit_id"


# Compared with those that the customer service has told of (ops/audit/comparison.py): open or not.
_COMPLAINTS = "SELECT complaint_id, settled_at IS NULL FROM complaints ORDER BY complaint_id"


async def complaints_in_order(connection: Connection) -> AsyncIterator[tuple[UUID, bool]]:
    """Yield whether each complaint about a bill is open here, by its id."""
    async for row in rows_in_order(connection, _COMPLAINTS):
        yield row[0], row[1]


async def audit_facts(connection: Connection, clock: Clock = now) -> NotifyFacts:
    """Read the facts in one snapshot; needs no running service."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        violations = await broken_rules(connection, "notify", _RULES)
        forgotten = await connection.fetch(_FORGOTTEN, clock() - FORGOTTEN_AFTER)
        violations += [
            AuditViolation("notify", _FORGOTTEN_RULE, row["reminder_id"], row["detail"]) for row in forgotten
        ]
    return NotifyFacts(violations)


async def reminders_in_order(connection: Connection) -> AsyncIterator[tuple[UUID, ReminderFact]]:
    """Yield every reminder of a visit, by the visit (ops/audit/comparison.py)."""
    async for row in rows_in_order(connection, _REMINDERS):
        yield row[0], ReminderFact(*row)
