"""Payment notices that visits have caused."""

from datetime import datetime
from uuid import UUID

from shared.clock import business_day
from shared.contracts.actor import Actor
from shared.contracts.billing import NoticeKind
from shared.db import Connection

_ADD = """
INSERT INTO notices (notice_id, notice_number, visit_id, kind, customer_code, debt, issued_at, actor)
VALUES ($1, $2 || lpad(nextval('notice_numbers')::text, 7, '0'), $3, $4, $5, $6, $7, $8)
ON CONFLICT DO NOTHING
RETURNING notice_number
"""


async def add(
    connection: Connection,
    notice_id: UUID,
    visit_id: UUID,
    kind: NoticeKind,
    *,
    customer_code: str,
    debt: int,
    issued_at: datetime,
    actor: Actor | None,
) -> str | None:
    """Store a notice and return its number, for example ``TB26-0000123``; None when the visit has it already.

    Numbers of notices may have gaps: a notice is no receipt.
    """
    prefix = f"TB{business_day(issued_at).year % 100:02d}-"
    number: str | None = await connection.fetchval(
        _ADD,
        notice_id,
        prefix,
        visit_id,
        kind.value,
        customer_code,
        debt,
        issued_at,
        None if actor is None else actor.model_dump(mode="json"),
    )
    return number


_HAS_ANY = "SELECT EXISTS (SELECT FROM notices WHERE visit_id = $1)"


async def has_any(connection: Connection, visit_id: UUID) -> bool:
    """Whether a visit has any notice."""
    return await connection.fetchval(_HAS_ANY, visit_id) is True
