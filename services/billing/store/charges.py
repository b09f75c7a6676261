"""Bills that no metered period has made: what they are for. Only ever added."""

from datetime import date, datetime
from uuid import UUID

from shared.contracts.actor import Actor
from shared.contracts.billing import ChargeKind
from shared.db import Connection, add_once

_ADD = """
INSERT INTO charges (charge_id, kind, customer_code, bill_id, ruled_on, reason, charged_at, actor)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (charge_id) DO NOTHING
RETURNING true
"""


async def add(
    connection: Connection,
    charge_id: UUID,
    kind: ChargeKind,
    customer_code: str,
    bill_id: UUID,
    *,
    ruled_on: date,
    reason: str,
    moment: datetime,
    actor: Actor,
) -> bool:
    """Store what a bill charges; return False when the id is taken."""
    return await add_once(
        connection,
        _ADD,
        charge_id,
        kind.value,
        customer_code,
        bill_id,
        ruled_on,
        reason,
        moment,
        actor.model_dump(mode="json"),
    )
