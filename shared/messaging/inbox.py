"""Each event takes effect once: its id is inserted in the transaction of its effect."""

from collections.abc import Sequence
from uuid import UUID

from shared.db.pool import Connection

# ON CONFLICT DO NOTHING, because catching a unique violation would leave the transaction unusable. In order, because
# two copies that claim the same events in different orders would deadlock.
_CLAIM = """
INSERT INTO inbox (consumer, message_id)
SELECT $1, message_id FROM unnest($2::uuid[]) AS message_id ORDER BY message_id
ON CONFLICT DO NOTHING
RETURNING message_id
"""


async def claim(connection: Connection, consumer: str, message_ids: Sequence[UUID]) -> set[UUID]:
    """Insert the ids of events; return those that were not consumed before.

    Two deliveries of one event at the same time: the second waits until the first commits (then it is a duplicate)
    or is undone (then it is the first).
    """
    return {row["message_id"] for row in await connection.fetch(_CLAIM, consumer, message_ids)}
