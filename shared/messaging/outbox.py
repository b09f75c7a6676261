"""Events are written down in the transaction that made them true; the relay sends them afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.db.pool import Connection

WAKE_UP = "thungan_outbox"
"""Channel of the database's NOTIFY that wakes the relay when another process holds the outbox."""

_COLUMNS = "message_id, routing_key, aggregate, correlation_id, causation_id, traceparent, body"

_INSERT_ONE = f"INSERT INTO outbox ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)"

_INSERT_MANY = f"""
INSERT INTO outbox ({_COLUMNS})
SELECT {_COLUMNS}
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
    WITH ORDINALITY AS row ({_COLUMNS}, place)
ORDER BY place
"""


def _with_notify(insert: str) -> str:
    # One round trip for both; the database delivers it at commit, and several of one transaction as one.
    return f"WITH written AS ({insert} RETURNING 1) SELECT pg_notify('{WAKE_UP}', '') FROM written LIMIT 1"


_INSERT_ONE_AND_NOTIFY = _with_notify(_INSERT_ONE)
_INSERT_MANY_AND_NOTIFY = _with_notify(_INSERT_MANY)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """An event as it is written down."""

    message_id: UUID
    routing_key: str
    aggregate: str | None
    correlation_id: str
    causation_id: str | None
    traceparent: str | None
    body: bytes

    def values(self) -> tuple[Any, ...]:
        """Return the column values in the order of the table's insert."""
        return (
            self.message_id,
            self.routing_key,
            self.aggregate,
            self.correlation_id,
            self.causation_id,
            self.traceparent,
            self.body.decode(),
        )


async def insert_rows(connection: Connection, rows: Sequence[OutboxRow], *, notify: bool = True) -> None:
    """Write events into the outbox within the caller's transaction.

    ``notify`` wakes a relay in another process at commit; it is left out where this process has the relay, because
    commits with a NOTIFY wait for each other.
    """
    if len(rows) == 1:
        await connection.execute(_INSERT_ONE_AND_NOTIFY if notify else _INSERT_ONE, *rows[0].values())
    elif rows:
        columns = zip(*(row.values() for row in rows), strict=True)
        await connection.execute(_INSERT_MANY_AND_NOTIFY if notify else _INSERT_MANY, *(list(c) for c in columns))
