"""Facts for the audit: what must never be true of reminders."""

from dataclasses import dataclass

from shared.audit import AuditViolation, broken_rules
from shared.db import Connection

# Each rule selects what breaks it as (subject, detail); a sound database selects nothing.
_RULES: dict[str, str] = {
    "a visit has at most one reminder of a template": """
        SELECT visit_id::text, format('%s reminders of %s', count(*), template)
        FROM reminders WHERE visit_id IS NOT NULL GROUP BY visit_id, template HAVING count(*) > 1
    """,
    "the link of a receipt goes to a number once": """
        SELECT receipt_id::text, format('%s times to one number', count(*))
        FROM reminders WHERE receipt_id IS NOT NULL GROUP BY receipt_id, phone HAVING count(*) > 1
    """,
    "a reminder is handed over at most once": """
        SELECT reminder_id::text, format('handed over %s times', count(*))
        FROM attempts WHERE outcome IS NULL OR outcome IN ('accepted', 'unknown')
        GROUP BY reminder_id HAVING count(*) > 1
    """,
    "a reminder is sent by an attempt that was accepted": """
        SELECT reminder_id::text, format('%s without such an attempt', state)
        FROM reminders WHERE state IN ('sent', 'delivered') AND NOT EXISTS (
            SELECT FROM attempts WHERE attempts.reminder_id = reminders.reminder_id AND outcome = 'accepted')
    """,
    "a reminder whose attempt was accepted is sent": """
        SELECT DISTINCT reminder_id::text, state
        FROM attempts JOIN reminders USING (reminder_id)
        WHERE outcome = 'accepted' AND state NOT IN ('sent', 'delivered')
    """,
}


@dataclass(frozen=True)
class ReminderFact:
    """The reminder of one visit."""

    visit_id: str
    state: str


@dataclass(frozen=True)
class NotifyFacts:
    """Every reminder, and the violations found inside this database."""

    reminders: list[ReminderFact]
    violations: list[AuditViolation]


_REMINDERS = "SELECT visit_id::text, state FROM reminders WHERE visit_id IS NOT NULL"


async def audit_facts(connection: Connection) -> NotifyFacts:
    """Read the facts in one snapshot; needs no running service."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        violations = await broken_rules(connection, "notify", _RULES)
        reminders = await connection.fetch(_REMINDERS)
    return NotifyFacts([ReminderFact(row["visit_id"], row["state"]) for row in reminders], violations)
