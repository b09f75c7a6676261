"""Events are written down in the transaction that made them true; the relay sends them afterwards."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any, TypedDict
from uuid import UUID

from asyncpg import Record, UniqueViolationError

from shared.db.pool import Connection
from shared.db.transaction import fetch_and_commit
from shared.idempotency import RECORD_NEW, NewAnswer, is_taken, same_id_other_content
from shared.messaging.statement_parts import parts_of

WAKE_UP = "thungan_outbox"
"""Channel of the database's NOTIFY that wakes the relay when another process holds the outbox."""

_COLUMNS = "message_id, routing_key, aggregate, correlation_id, causation_id, traceparent, body"

# $8: for how many seconds the relay leaves the events to the process that emits them.
_INSERT_ONE = f"""
INSERT INTO outbox ({_COLUMNS}, not_before)
VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + make_interval(secs => $8))
RETURNING message_id, position, created_at
"""

_INSERT_MANY = f"""
INSERT INTO outbox ({_COLUMNS}, not_before)
SELECT {_COLUMNS}, clock_timestamp() + make_interval(secs => $8)
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
    WITH ORDINALITY AS row ({_COLUMNS}, place)
ORDER BY place
RETURNING message_id, position, created_at
"""


_FEW = 8
"""So many events have a statement of their own for each number: one with arrays is planned anew at each call."""


@cache
def _insert_few(count: int) -> str:
    types = ("uuid", "text", "text", "text", "text", "text", "text")
    waits = f"clock_timestamp() + make_interval(secs => ${count * len(types) + 1})"
    rows = (
        ", ".join(f"${row * len(types) + place}::{kind}" for place, kind in enumerate(types, 1)) for row in range(count)
    )
    return f"""
INSERT INTO outbox ({_COLUMNS}, not_before) VALUES {", ".join(f"({row}, {waits})" for row in rows)}
RETURNING message_id, position, created_at
"""


# $9 and $10: the inbox entry of the event that these come of. Where it is there already, nothing is emitted again.
_CLAIMED = """
claimed AS (INSERT INTO inbox (consumer, message_id) VALUES ($9, $10) ON CONFLICT DO NOTHING RETURNING true)
"""
_INSERT_ONE_CLAIMED = f"""
WITH {_CLAIMED}
INSERT INTO outbox ({_COLUMNS}, not_before)
SELECT $1, $2, $3, $4, $5, $6, $7, clock_timestamp() + make_interval(secs => $8) FROM claimed
RETURNING message_id, position, created_at
"""
_INSERT_MANY_CLAIMED = f"""
WITH {_CLAIMED}
INSERT INTO outbox ({_COLUMNS}, not_before)
SELECT {_COLUMNS}, clock_timestamp() + make_interval(secs => $8)
FROM claimed, unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
    WITH ORDINALITY AS row ({_COLUMNS}, place)
ORDER BY place
RETURNING message_id, position, created_at
"""


# $9 to $16: the record of the answer to the request that this comes of. Where its id is taken, the database refuses.
_INSERT_ONE_ANSWERED = f"""
WITH kept AS ({re.sub(r"[$]([0-9]+)", lambda place: f"${int(place[1]) + 8}", RECORD_NEW)})
INSERT INTO outbox ({_COLUMNS}, not_before)
SELECT $1, $2, $3, $4, $5, $6, $7, clock_timestamp() + make_interval(secs => $8) FROM kept
RETURNING message_id, position, created_at
"""


def _with_notify(insert: str) -> str:
    # One round trip for both; the database delivers it at commit, and several of one transaction as one.
    return f"""
WITH written AS ({insert}), woken AS MATERIALIZED (SELECT pg_notify('{WAKE_UP}', '') FROM written LIMIT 1)
SELECT written.* FROM written CROSS JOIN woken
"""


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


class WrittenRow(TypedDict):
    """An event as the outbox holds it."""

    position: int
    message_id: UUID
    routing_key: str
    aggregate: str | None
    correlation_id: str
    causation_id: str | None
    traceparent: str | None
    body: str
    created_at: datetime
    seconds_waited: float


async def insert_rows(
    connection: Connection,
    rows: Sequence[OutboxRow],
    *,
    notify: bool = True,
    head_start: float | None = None,
    last: bool = False,
) -> list[WrittenRow]:
    """Write events into the outbox within the caller's transaction; return them as they are there, in this order.

    ``notify`` wakes a relay in another process at commit; it is left out where this process has the relay, because
    commits with a NOTIFY wait for each other. ``head_start`` is for how many seconds the relay leaves the events to
    this process, which sends them by itself; then nobody is woken. ``last``: nothing comes after it in the
    transaction, which is committed with it.
    """
    if not rows:
        return []
    fetch: Callable[..., Awaitable[Sequence[Any]]] = connection.fetch
    if last:
        fetch = partial(fetch_and_commit, connection)
    wakes = notify and head_start is None
    if not wakes and 1 < len(rows) <= _FEW:
        values = [value for row in rows for value in row.values()]
        return _placed(rows, await fetch(_insert_few(len(rows)), *values, head_start))
    if len(rows) == 1:
        statement = _INSERT_ONE_AND_NOTIFY if wakes else _INSERT_ONE
    else:
        statement = _INSERT_MANY_AND_NOTIFY if wakes else _INSERT_MANY
    return _placed(rows, await fetch(statement, *_values(rows), head_start))


async def insert_claimed(
    connection: Connection, rows: Sequence[OutboxRow], consumer: str, consumed: UUID, *, head_start: float | None
) -> list[WrittenRow]:
    """Write all that an event emits, and its inbox entry, as one statement; nothing where it was consumed before.

    ``head_start`` is that of :func:`insert_rows`; nobody is woken.
    """
    statement = _INSERT_ONE_CLAIMED if len(rows) == 1 else _INSERT_MANY_CLAIMED
    return _placed(rows, await connection.fetch(statement, *_values(rows), head_start, consumer, consumed))


async def insert_answered(
    connection: Connection, row: OutboxRow, answer: NewAnswer, *, head_start: float
) -> list[WrittenRow]:
    """Write the only event of a request and the record of its answer by one statement, and commit; nobody is woken.

    Raises :class:`~shared.problems.SameIdOtherContent` where the id of the request is taken; nothing is committed then.
    """
    try:
        written = await fetch_and_commit(connection, _INSERT_ONE_ANSWERED, *row.values(), head_start, *answer.values)
    except UniqueViolationError as error:
        if is_taken(error):
            # Under another lock, so with other content.
            raise same_id_other_content(answer.request_id) from None
        raise
    return _placed([row], written)


@cache
def _with_event(statement: str, arguments: int) -> str:
    parts = parts_of(statement)
    if parts is None:
        raise ValueError("what is to emit an event has parts, and ends with SELECT * FROM written")
    values = ", ".join(f"${arguments + place}" for place in range(1, 8))
    return f"""
WITH {parts}, emitted AS (
    INSERT INTO outbox ({_COLUMNS}, not_before)
    SELECT {values}, clock_timestamp() + make_interval(secs => ${arguments + 8}) FROM written LIMIT 1
    RETURNING message_id, position, created_at
)
SELECT written.*, emitted.* FROM written CROSS JOIN emitted
"""


async def insert_with(
    connection: Connection, statement: str, arguments: Sequence[Any], row: OutboxRow, *, head_start: float | None
) -> tuple[Sequence[Record], list[WrittenRow]]:
    """Run a statement and write an event where it returns a row, all by one statement; return the rows of both.

    ``head_start`` is that of :func:`insert_rows`; nobody is woken.
    """
    found = await connection.fetch(_with_event(statement, len(arguments)), *arguments, *row.values(), head_start)
    return found, _placed([row], found[:1])


def _values(rows: Sequence[OutboxRow]) -> Sequence[Any]:
    """Return the column values of one event, or the columns of several."""
    if len(rows) == 1:
        return rows[0].values()
    return [list(column) for column in zip(*(row.values() for row in rows), strict=True)]


def _placed(rows: Sequence[OutboxRow], written: Sequence[Mapping[str, Any]]) -> list[WrittenRow]:
    places = {row["message_id"]: (row["position"], row["created_at"]) for row in written}
    return [_written(row, *places[row.message_id]) for row in rows if row.message_id in places]


def _written(row: OutboxRow, position: int, created_at: datetime) -> WrittenRow:
    return WrittenRow(
        position=position,
        message_id=row.message_id,
        routing_key=row.routing_key,
        aggregate=row.aggregate,
        correlation_id=row.correlation_id,
        causation_id=row.causation_id,
        traceparent=row.traceparent,
        body=row.body.decode(),
        created_at=created_at,
        seconds_waited=0.0,
    )
