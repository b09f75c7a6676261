"""Customers who must not be cut off, and who noted that."""

from datetime import datetime

from shared.contracts.actor import Actor
from shared.contracts.customer import ProtectCustomer
from shared.db import Connection, add_once

_SET = "UPDATE customers SET protected = $2 WHERE customer_code = $1 RETURNING true"
_KEEP = """
INSERT INTO protections (protection_id, customer_code, protected, reason, actor, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING true
"""


async def set_protected(connection: Connection, request: ProtectCustomer) -> bool:
    """Put it on record; False where there is no such customer. The customer is locked."""
    return bool(await connection.fetchval(_SET, request.customer_code, request.protected))


async def keep_protection(connection: Connection, request: ProtectCustomer, moment: datetime, actor: Actor) -> bool:
    """Keep who noted it and why; False when the id was used before."""
    return await add_once(
        connection,
        _KEEP,
        request.protection_id,
        request.customer_code,
        request.protected,
        request.reason,
        actor.model_dump(mode="json"),
        moment,
    )
