"""Facts for the audit: what must never be true of reminders."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shared.db import Connection


@dataclass(frozen=True)
class NotifyFacts:
    """Numbers and violations over all reminders of the database."""

    reminders: int
    by_state: dict[str, int]
    reminders_per_visit: dict[str, int]
    """Visits with more than one reminder of a template (visit id → number); must be empty."""
    handed_over: dict[str, int]
    """Reminders that were, or may have been, sent more than once (reminder id → attempts); must be empty."""
    sent_without_attempt: list[str]
    """Reminders that count as sent without an accepted attempt; must be empty."""
    accepted_but_not_sent: list[str]
    """Reminders with an accepted attempt that do not count as sent; must be empty."""

    def violations(self) -> list[str]:
        """Return a sentence for everything that must not be so."""
        return [
            *(f"visit {visit} has {n} reminders of one template" for visit, n in self.reminders_per_visit.items()),
            *(f"reminder {reminder} was handed over {n} times" for reminder, n in self.handed_over.items()),
            *(f"reminder {reminder} counts as sent without an attempt" for reminder in self.sent_without_attempt),
            *(f"reminder {reminder} was accepted and is not sent" for reminder in self.accepted_but_not_sent),
        ]


async def audit_facts(connection: "Connection") -> NotifyFacts:
    """Read the facts; needs no running service."""

    async def rows(sql: str) -> list[Any]:
        return list(await connection.fetch(sql))

    by_state = {row["state"]: row["n"] for row in await rows("SELECT state, count(*) n FROM reminders GROUP BY state")}
    per_visit = await rows(
        "SELECT visit_id::text, count(*) n FROM reminders GROUP BY visit_id, template HAVING count(*) > 1"
    )
    handed_over = await rows(
        """
        SELECT reminder_id::text, count(*) n FROM attempts
        WHERE outcome IS NULL OR outcome IN ('accepted', 'unknown')
        GROUP BY reminder_id HAVING count(*) > 1
        """
    )
    without_attempt = await rows(
        """
        SELECT reminder_id::text FROM reminders WHERE state IN ('sent', 'delivered') AND NOT EXISTS (
            SELECT FROM attempts WHERE attempts.reminder_id = reminders.reminder_id AND outcome = 'accepted')
        """
    )
    not_sent = await rows(
        """
        SELECT DISTINCT reminder_id::text FROM attempts JOIN reminders USING (reminder_id)
        WHERE outcome = 'accepted' AND state NOT IN ('sent', 'delivered')
        """
    )
    return NotifyFacts(
        reminders=sum(by_state.values()),
        by_state=by_state,
        reminders_per_visit={row["visit_id"]: row["n"] for row in per_visit},
        handed_over={row["reminder_id"]: row["n"] for row in handed_over},
        sent_without_attempt=[row["reminder_id"] for row in without_attempt],
        accepted_but_not_sent=[row["reminder_id"] for row in not_sent],
    )
