"""What is asked for, decided, and came of it. Only ever added."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from services.gateway.approvals.rules import Approval, ApprovalKind, Asked, Decision
from shared.db import Connection

_APPROVALS = """
SELECT approval_id, kind, subject, customer_code, unit_code, amount, approvals.reason, asked_for, approvals.asked_at,
    approvals.asked_by, asker.login_name AS asker_login_name, asker.full_name AS asker_full_name,
    decision, approval_decisions.reason AS decision_reason, decided_at,
    decided_by, decider.login_name AS decider_login_name, decider.full_name AS decider_full_name, outcome
FROM approvals JOIN staff AS asker ON asker.staff_id = approvals.asked_by
LEFT JOIN approval_decisions USING (approval_id) LEFT JOIN staff AS decider ON decider.staff_id = decided_by
LEFT JOIN approval_outcomes USING (approval_id)
"""


def _approval(row: Record) -> Approval:
    values: dict[str, Any] = dict(row)
    for whose, column in (("asker", "asked_by"), ("decider", "decided_by")):
        names = {name: values.pop(f"{whose}_{name}") for name in ("login_name", "full_name")}
        if values[column] is not None:
            values[column] = {"staff_id": values[column], **names}
    return Approval.model_validate(values)


ONE = f"{_APPROVALS} WHERE approval_id = $1"


async def approval(connection: Connection, approval_id: UUID) -> Approval | None:
    """Return what was asked for under an id."""
    row = await connection.fetchrow(ONE, approval_id)
    return _approval(row) if row else None


# Open: nobody has decided, or what was approved is not done yet.
LISTED = f"""{_APPROVALS}
WHERE (cardinality($1::text[]) = 0 OR unit_code = ANY ($1))
    AND ($2::boolean IS NULL OR (outcome IS NULL AND decision IS DISTINCT FROM 'refused') = $2)
    AND ($3::timestamptz IS NULL OR asked_at < $3)
ORDER BY asked_at DESC, approval_id LIMIT $4
"""


async def approvals(
    connection: Connection, unit_codes: Sequence[str], *, is_open: bool | None, before: datetime | None, limit: int
) -> list[Approval]:
    """Return what was asked for in some units (none: in all), the latest first."""
    return [_approval(row) for row in await connection.fetch(LISTED, list(unit_codes), is_open, before, limit)]


LOCK_SUBJECT = "SELECT pg_advisory_xact_lock(hashtextextended('approval of ' || $1, 0))"


async def lock_subject(connection: Connection, subject: str) -> None:
    """Lock what something is asked for: of two people who ask at once the second one sees the first one's."""
    await connection.execute(LOCK_SUBJECT, subject)


UNDECIDED = """
SELECT approval_id FROM approvals WHERE kind = $1 AND subject = $2
    AND NOT EXISTS (SELECT FROM approval_decisions WHERE approval_decisions.approval_id = approvals.approval_id)
LIMIT 1
"""


async def undecided(connection: Connection, kind: ApprovalKind, subject: str) -> UUID | None:
    """Return under which id the same is asked for already."""
    found: UUID | None = await connection.fetchval(UNDECIDED, kind, subject)
    return found


ASK = """
INSERT INTO approvals
    (approval_id, kind, subject, customer_code, unit_code, amount, reason, asked_for, asked_by, asked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (approval_id) DO NOTHING
"""


async def ask(
    connection: Connection,
    approval_id: UUID,
    kind: ApprovalKind,
    *,
    subject: str,
    customer_code: str | None,
    unit_code: str,
    amount: int,
    asked_for: Asked,
    asked_by: UUID,
    now: datetime,
) -> None:
    """Keep what somebody asks for; what is kept under the id already stays."""
    await connection.execute(
        ASK,
        approval_id,
        kind,
        subject,
        customer_code,
        unit_code,
        amount,
        asked_for.reason,
        asked_for.model_dump(mode="json"),
        asked_by,
        now,
    )


DECIDE = """
INSERT INTO approval_decisions (approval_id, asked_by, decision, reason, decided_by, decided_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (approval_id) DO NOTHING
"""


async def decide(
    connection: Connection, approval: Approval, decision: Decision, reason: str, decided_by: UUID, now: datetime
) -> None:
    """Keep a decision; the first one stands."""
    await connection.execute(
        DECIDE, approval.approval_id, approval.asked_by.staff_id, decision, reason, decided_by, now
    )


END = "INSERT INTO approval_outcomes (approval_id, outcome) VALUES ($1, $2) ON CONFLICT (approval_id) DO NOTHING"


async def end(connection: Connection, approval_id: UUID, outcome: str) -> None:
    """Keep what came of what was approved; the first outcome stands."""
    await connection.execute(END, approval_id, outcome)
