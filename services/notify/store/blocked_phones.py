"""Numbers that get no SMS."""

from services.notify.domain.causes import Cause
from services.notify.domain.reminders import BlockedPhone
from services.notify.store.row_count import row_count
from shared.db import Connection

_CAUSE = "SELECT cause FROM blocked_phones WHERE phone = $1"


async def blocked_cause(connection: Connection, phone: str | None) -> Cause | None:
    """Return why a number gets no SMS; None when it does."""
    cause = await connection.fetchval(_CAUSE, phone)
    return Cause(cause) if cause else None


_BLOCK = """
INSERT INTO blocked_phones AS known (phone, cause, note, blocked_by, blocked_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (phone) DO UPDATE SET cause = excluded.cause, note = excluded.note,
    blocked_by = excluded.blocked_by, blocked_at = excluded.blocked_at
WHERE known.cause <> 'opted_out'
"""


async def block_phone(connection: Connection, blocked: BlockedPhone) -> None:
    """Put a number on the list; an opt-out is not replaced by a wrong number, so that it survives a correction."""
    await connection.execute(
        _BLOCK,
        blocked.phone,
        blocked.cause.value,
        blocked.note,
        blocked.blocked_by,
        blocked.blocked_at,
    )


_UNBLOCK = "DELETE FROM blocked_phones WHERE phone = $1"


async def unblock_phone(connection: Connection, phone: str) -> bool:
    """Take a number off the list; False when it was not there."""
    return row_count(await connection.execute(_UNBLOCK, phone)) == 1


_LATEST = """
SELECT phone, cause, note, blocked_by, blocked_at FROM blocked_phones ORDER BY blocked_at DESC, phone LIMIT $1
"""


async def blocked_phones(connection: Connection, limit: int) -> list[BlockedPhone]:
    """Return the numbers on the list, the latest first."""
    rows = await connection.fetch(_LATEST, limit)
    return [
        BlockedPhone(row["phone"], Cause(row["cause"]), row["note"], row["blocked_by"], row["blocked_at"])
        for row in rows
    ]
