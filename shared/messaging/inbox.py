"""Each event takes effect once: its id is inserted in the transaction of its effect."""

import re
from collections.abc import Sequence
from functools import cache
from uuid import UUID

from shared.db.pool import Connection
from shared.messaging.statement_parts import parts_of
from shared.messaging.unit_of_work import Write

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
    if len(message_ids) == 1:
        is_new = await connection.fetchval(_CLAIM_ONE, consumer, message_ids[0])
        return set() if is_new is None else {message_ids[0]}
    return {row["message_id"] for row in await connection.fetch(_CLAIM, consumer, message_ids)}


async def claim_with(connection: Connection, consumer: str, message_id: UUID, write: Write | None) -> bool:
    """Insert the id of one event together with the only statement that it needs; return whether it is new.

    The statement may run a second time with the event: whoever declared it so has made that harmless. Raises
    ``write.otherwise``, and then nothing is inserted.
    """
    if write is None:
        return await connection.fetchval(_CLAIM_ONE, consumer, message_id) is not None
    statement = _with_claim(write.statement, write.otherwise is not None)
    [(is_new, found)] = await connection.fetch(statement, consumer, message_id, *write.arguments)
    if found is None and write.otherwise is not None:
        raise write.otherwise
    if found is not None and write.then is not None:
        write.then(found)
    return bool(is_new)


_CLAIM_ONE = "INSERT INTO inbox (consumer, message_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true"


@cache
def _with_claim(statement: str, must_find: bool) -> str:
    shifted = re.sub(r"\$(\d+)", lambda place: f"${int(place[1]) + 2}", statement).strip()
    condition = "WHERE EXISTS (SELECT FROM written)" if must_find else ""
    # What writes cannot stand within another part.
    parts = parts_of(shifted) or f"written AS ({shifted})"
    return f"""
WITH {parts}, claimed AS (
    INSERT INTO inbox (consumer, message_id) SELECT $1::text, $2::uuid {condition} ON CONFLICT DO NOTHING RETURNING true
)
SELECT EXISTS (SELECT FROM claimed), (SELECT written FROM written LIMIT 1)
"""
