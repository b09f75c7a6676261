"""What was sent and is kept in the outbox: finding the events that a consumer never had, and giving them to it again.

An event that the broker confirmed and then lost (a queue purged or deleted, a broker restored from a backup) is still
in its emitter's outbox, and not in its consumer's inbox. It is put into that consumer's queue once more under its own
id: whoever had it all the same lets it take no effect again.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from shared.db.pool import Connection
from shared.messaging import envelope
from shared.messaging.pruner import ARCHIVE_DAYS
from shared.messaging.underlay import PERSISTENT, Properties

RESENT = "x-resent"
"""Set on an event that an operator sent again from the archive."""

REACH = timedelta(days=ARCHIVE_DAYS - 1)
"""How old an event may be: inboxes are pruned at the same age as outboxes, and not at the same moment."""

_AT_ONCE = 2_000

_CONSUMED_KINDS = "SELECT routing_key, since FROM consumed_kinds"

_SENT = """
SELECT position, message_id, routing_key, aggregate, correlation_id, causation_id, traceparent, body, created_at,
    published_at
FROM outbox
WHERE published_at > greatest(clock_timestamp() - $3::interval, $4) AND ($5::timestamptz IS NULL OR published_at < $5)
    AND routing_key = ANY($1::text[]) AND position > $2
ORDER BY position
LIMIT $6
"""

_NOT_CONSUMED = """
SELECT message_id FROM unnest($2::uuid[]) AS message_id
WHERE NOT EXISTS (SELECT FROM inbox WHERE inbox.consumer = $1 AND inbox.message_id = message_id.message_id)
"""

_REMEMBER = """
INSERT INTO consumed_kinds (routing_key) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING
"""
_FORGET = "DELETE FROM consumed_kinds WHERE NOT routing_key = ANY($1::text[])"


@dataclass(frozen=True, slots=True)
class SentEvent:
    """An event of the archive that a consumer has not consumed."""

    emitter: str
    consumer: str
    row: asyncpg.Record

    @property
    def kind(self) -> str:
        """Its routing key."""
        return str(self.row["routing_key"])

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.row["message_id"])

    @property
    def published_at(self) -> datetime:
        """When the broker confirmed it (UTC)."""
        found: datetime = self.row["published_at"]
        return found

    @property
    def body(self) -> bytes:
        """Its content."""
        return str(self.row["body"]).encode()

    def properties(self) -> Properties:
        """Return what travels around it, as the first time."""
        properties = properties_of(self.row, sender=self.emitter, traceparent=self.row["traceparent"])
        properties.headers = {**(properties.headers or {}), RESENT: 1}
        return properties


def properties_of(row: Mapping[str, Any] | asyncpg.Record, *, sender: str, traceparent: str | None) -> Properties:
    """Return what travels around an event of the outbox."""
    headers: dict[str, Any] = {envelope.MESSAGE_ID: str(row["message_id"])}
    for header, column in ((envelope.AGGREGATE, "aggregate"), (envelope.CAUSATION_ID, "causation_id")):
        if row[column] is not None:
            headers[header] = row[column]
    if traceparent is not None:
        headers[envelope.TRACEPARENT] = traceparent
    return Properties(
        content_type="application/json",
        delivery_mode=PERSISTENT,
        message_id=envelope.attempt_id(),
        correlation_id=row["correlation_id"],
        message_type=row["routing_key"],
        app_id=sender,
        timestamp=row["created_at"],
        headers=headers,
    )


async def remember_consumed(connection: Connection, kinds: Sequence[str]) -> None:
    """Write down that the service of this database consumes ``kinds`` from now on, and nothing else."""
    async with connection.transaction():
        await connection.execute(_REMEMBER, kinds)
        await connection.execute(_FORGET, kinds)


async def unconsumed(
    emitter: str,
    sent: Connection,
    consumer: str,
    received: Connection,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> AsyncIterator[SentEvent]:
    """Yield what ``emitter`` sent and ``consumer`` should have consumed and has not, in the order of the outbox.

    ``sent`` and ``received`` are connections to their databases. Events may still be under way.
    """
    kinds = {row["routing_key"]: row["since"] for row in await received.fetch(_CONSUMED_KINDS)}
    if not kinds:
        return
    earliest = min(kinds.values()) if since is None else max(since, min(kinds.values()))
    position = 0
    while rows := await sent.fetch(_SENT, list(kinds), position, REACH, earliest, until, _AT_ONCE):
        position = rows[-1]["position"]
        due = [row for row in rows if row["published_at"] > kinds[row["routing_key"]]]
        missing = {
            row["message_id"]
            for row in await received.fetch(_NOT_CONSUMED, consumer, [row["message_id"] for row in due])
        }
        for row in due:
            if row["message_id"] in missing:
                yield SentEvent(emitter, consumer, row)
