"""Each event takes effect once: its id is written down in the transaction of its effect."""

from uuid import UUID

from shared.db.pool import Connection

# ON CONFLICT DO NOTHING, because catching a unique violation would leave the transaction unusable.
_CLAIM = "INSERT INTO inbox (consumer, message_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true"


async def claim(connection: Connection, consumer: str, message_id: UUID) -> bool:
    """Take in an event; return False when it has been taken in before.

    Two deliveries of one event at the same time: the second waits until the first commits (then it is a duplicate)
    or is undone (then it is the first).
    """
    return await connection.fetchval(_CLAIM, consumer, message_id) is True
