"""Counted copies of receipts, only ever added."""

from typing import Any
from uuid import UUID

from services.receipt.domain.receipts import Reprint
from shared.db import Connection, add_once

_BY_ID = """
SELECT reprint_id, receipt_id, copy_number, requested_by, reason, device_id, document_id, reprinted_at FROM reprint
WHERE reprint_id = $1
"""


async def reprint_by_id(connection: Connection, reprint_id: UUID) -> Reprint | None:
    """Return a copy by the id that its requester made."""
    row = await connection.fetchrow(_BY_ID, reprint_id)
    return None if row is None else Reprint(**row)


_ADD = """
INSERT INTO reprint (reprint_id, receipt_id, copy_number, requested_by, reason, device_id, document_id, reprinted_at,
    actor)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (reprint_id) DO NOTHING
RETURNING true
"""


async def add_reprint(connection: Connection, reprint: Reprint) -> bool:
    """Store a copy, whose receipt must be locked. Returns False when its id is in use."""
    return await add_once(
        connection,
        _ADD,
        reprint.reprint_id,
        reprint.receipt_id,
        reprint.copy_number,
        reprint.requested_by,
        reprint.reason,
        reprint.device_id,
        reprint.document_id,
        reprint.reprinted_at,
        _actor(reprint),
    )


_ADD_FIRST_PRINT = """
INSERT INTO first_print (receipt_id, reprint_id, requested_by, reason, device_id, document_id, printed_at, actor)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT DO NOTHING
RETURNING true
"""


async def add_first_print(connection: Connection, request: Reprint, document_id: UUID) -> bool:
    """Note who printed a receipt first that was issued without a phone; False when that was done before."""
    return await add_once(
        connection,
        _ADD_FIRST_PRINT,
        request.receipt_id,
        request.reprint_id,
        request.requested_by,
        request.reason,
        request.device_id,
        document_id,
        request.reprinted_at,
        _actor(request),
    )


_IS_FIRST_PRINTED = "SELECT EXISTS (SELECT FROM first_print WHERE receipt_id = $1)"


async def is_first_printed(connection: Connection, receipt_id: UUID) -> bool:
    """Whether somebody has printed a receipt that was issued without a phone."""
    return bool(await connection.fetchval(_IS_FIRST_PRINTED, receipt_id))


def _actor(reprint: Reprint) -> dict[str, Any] | None:
    return None if reprint.actor is None else reprint.actor.model_dump(mode="json")


_COPY_NUMBERS = """
SELECT receipt_id, array_agg(copy_number ORDER BY copy_number) AS numbers FROM reprint GROUP BY receipt_id
"""


async def copy_numbers(connection: Connection) -> list[tuple[UUID, list[int]]]:
    """Return the copy numbers of each receipt that has any."""
    return [(row["receipt_id"], list(row["numbers"])) for row in await connection.fetch(_COPY_NUMBERS)]
