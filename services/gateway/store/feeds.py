"""The feeds of account updates, and which collector a customer belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.db import Connection


@dataclass(frozen=True, slots=True)
class FeedPosition:
    """How far a feed has come, and up to where its entries are gone."""

    last_sequence: int = 0
    pruned_to: int = 0


@dataclass(frozen=True, slots=True)
class Appended:
    """An entry that has been added to a feed."""

    sequence: int
    entry: str
    """JSON text."""
    instances: tuple[str, ...]
    """Copies of the gateway that hold a socket of one of the collector's devices."""


EPOCH = "SELECT epoch FROM stream_epoch"


async def epoch(connection: Connection) -> UUID:
    """Return the id of this history; sequences of another epoch mean nothing."""
    value: UUID = await connection.fetchval(EPOCH)
    return value


# The feed's row stays locked until the transaction ends: entries become visible in the order of their numbers.
APPEND = """
WITH numbered AS (
    INSERT INTO feeds (collector_code, last_sequence) VALUES ($1, 1)
    ON CONFLICT (collector_code) DO UPDATE SET last_sequence = feeds.last_sequence + 1
    RETURNING last_sequence
), entered AS (
    INSERT INTO feed_entries (collector_code, sequence, entry, created_at)
    SELECT $1, last_sequence, $2, $3 FROM numbered
)
SELECT last_sequence, ARRAY(
    SELECT DISTINCT presence.instance FROM devices JOIN presence USING (device_id) WHERE devices.collector_code = $1
) AS instances
FROM numbered
"""


async def append(connection: Connection, collector_code: str, entry: str, now: datetime) -> Appended:
    """Add an entry (JSON text) to a collector's feed."""
    rows = await connection.fetch(APPEND, collector_code, entry, now)
    return appended(rows[0], entry)


def appended(row: Sequence[Any], entry: str) -> Appended:
    """Return what a row of :data:`APPEND` says."""
    sequence, instances = row
    return Appended(sequence, entry, tuple(instances))


# The row stays locked: of two transactions with one cause, the second waits and then appends nothing.
APPEND_ONCE = """
WITH numbered AS (
    INSERT INTO feeds (collector_code, last_sequence, refreshed_for) VALUES ($1, 1, $4)
    ON CONFLICT (collector_code) DO UPDATE SET last_sequence = feeds.last_sequence + 1, refreshed_for = $4
        WHERE feeds.refreshed_for IS DISTINCT FROM $4
    RETURNING last_sequence
), entered AS (
    INSERT INTO feed_entries (collector_code, sequence, entry, created_at)
    SELECT $1, last_sequence, $2, $3 FROM numbered
)
SELECT last_sequence, ARRAY(
    SELECT DISTINCT presence.instance FROM devices JOIN presence USING (device_id) WHERE devices.collector_code = $1
) AS instances
FROM numbered
"""


async def append_once(
    connection: Connection, collector_code: str, entry: str, cause: UUID, now: datetime
) -> Appended | None:
    """Add an entry to a collector's feed unless the last one of this kind had the same cause; None where it had."""
    rows = await connection.fetch(APPEND_ONCE, collector_code, entry, now, cause)
    return Appended(rows[0]["last_sequence"], entry, tuple(rows[0]["instances"])) if rows else None


POSITION = "SELECT last_sequence, pruned_to FROM feeds WHERE collector_code = $1"


async def position(connection: Connection, collector_code: str) -> FeedPosition:
    """Return how far a collector's feed has come."""
    row = await connection.fetchrow(POSITION, collector_code)
    return FeedPosition(row["last_sequence"], row["pruned_to"]) if row else FeedPosition()


# An append reads which copies hold the collector's phones; it may have read that before this phone connected.
SETTLE = "SELECT FROM feeds WHERE collector_code = $1 FOR SHARE"


async def settle(connection: Connection, collector_code: str) -> None:
    """Wait until updates that are being appended to a feed can be read, and keep others out until we have committed."""
    await connection.execute(SETTLE, collector_code)


POSITIONS = "SELECT collector_code, last_sequence FROM feeds WHERE collector_code = ANY($1)"


async def positions(connection: Connection, collector_codes: Sequence[str]) -> dict[str, int]:
    """Return the last numbers of several feeds."""
    rows = await connection.fetch(POSITIONS, collector_codes)
    return {row["collector_code"]: row["last_sequence"] for row in rows}


ENTRIES = """
SELECT sequence, entry FROM feed_entries WHERE collector_code = $1 AND sequence > $2 ORDER BY sequence LIMIT $3
"""


async def entries(connection: Connection, collector_code: str, after: int, limit: int = 200) -> list[tuple[int, str]]:
    """Return the entries after a number, in order."""
    rows = await connection.fetch(ENTRIES, collector_code, after, limit)
    return [(row["sequence"], row["entry"]) for row in rows]


PRUNE = """
WITH gone AS (
    DELETE FROM feed_entries WHERE created_at < $1 RETURNING collector_code, sequence
), ends AS (
    SELECT collector_code, max(sequence) AS sequence FROM gone GROUP BY collector_code
), marked AS (
    UPDATE feeds SET pruned_to = greatest(pruned_to, ends.sequence)
    FROM ends WHERE feeds.collector_code = ends.collector_code
)
SELECT count(*) FROM gone
"""


async def prune(connection: Connection, older_than: datetime) -> int:
    """Delete old entries, remember up to where, and return how many there were."""
    deleted: int = await connection.fetchval(PRUNE, older_than)
    return deleted


# In the order of the codes, so that two batches do not wait for each other.
ASK_REFRESH = """
INSERT INTO feed_refreshes (collector_code, first_at, last_at)
SELECT collector_code, clock_timestamp(), clock_timestamp()
FROM (SELECT DISTINCT collector_code FROM customer_collectors WHERE customer_code = ANY ($1)) AS concerned
ORDER BY collector_code
ON CONFLICT (collector_code) DO UPDATE SET last_at = excluded.last_at
"""


async def ask_refresh(connection: Connection, customer_codes: Sequence[str]) -> None:
    """Have the phones of these customers' collectors read their routes afresh, soon."""
    await connection.execute(ASK_REFRESH, customer_codes)


# What is asked for again and again waits until it is quiet, but not for ever. An array is made once: what stands behind
# IN and passes over locked rows may be looked for again for each row, beyond the limit.
TAKE_REFRESHES = """
DELETE FROM feed_refreshes WHERE collector_code = ANY (ARRAY(
    SELECT collector_code FROM feed_refreshes
    WHERE last_at < clock_timestamp() - make_interval(secs => $1)
        OR first_at < clock_timestamp() - make_interval(secs => $2)
    ORDER BY first_at LIMIT $3 FOR UPDATE SKIP LOCKED
))
RETURNING collector_code
"""


async def take_refreshes(connection: Connection, quiet: float, longest: float, limit: int) -> list[str]:
    """Return, and forget, whose refresh was asked for last ``quiet`` or first ``longest`` seconds ago."""
    rows = await connection.fetch(TAKE_REFRESHES, quiet, longest, limit)
    return sorted(row["collector_code"] for row in rows)


COLLECTOR_OF = "SELECT collector_code FROM customer_collectors WHERE customer_code = $1"


async def collector_of(connection: Connection, customer_code: str) -> str | None:
    """Return whose route a customer is on, as far as the gateway knows from ``customer.changed``."""
    value: str | None = await connection.fetchval(COLLECTOR_OF, customer_code)
    return value


LOCK_COLLECTOR = "SELECT collector_code, version FROM customer_collectors WHERE customer_code = $1 FOR UPDATE"
# The version is asked again: a customer whose row is new was not locked.
SET_COLLECTOR = """
INSERT INTO customer_collectors (customer_code, collector_code, version) VALUES ($1, $2, $3)
ON CONFLICT (customer_code) DO UPDATE SET collector_code = excluded.collector_code, version = excluded.version
    WHERE customer_collectors.version < excluded.version
"""


async def set_collector(connection: Connection, customer_code: str, collector_code: str, version: int) -> str | None:
    """Note whose route a customer is on, unless something newer is known.

    Returns the collector before; None when there was none or nothing was changed.
    """
    before = await connection.fetchrow(LOCK_COLLECTOR, customer_code)
    if before is not None and before["version"] >= version:
        return None
    await connection.execute(SET_COLLECTOR, customer_code, collector_code, version)
    return before["collector_code"] if before is not None else None


# In the order of the codes, so that no two transactions wait for each other.
LOCK_COLLECTORS = """
SELECT customer_code, collector_code, version FROM customer_collectors WHERE customer_code = ANY ($1)
ORDER BY customer_code FOR UPDATE
"""
SET_COLLECTORS = """
INSERT INTO customer_collectors (customer_code, collector_code, version)
SELECT customer_code, collector_code, version
FROM unnest($1::text[], $2::text[], $3::bigint[]) AS row (customer_code, collector_code, version)
ORDER BY customer_code
ON CONFLICT (customer_code) DO UPDATE SET collector_code = excluded.collector_code, version = excluded.version
    WHERE customer_collectors.version < excluded.version
"""


async def set_collectors(connection: Connection, customers: Sequence[tuple[str, str, int]]) -> set[str]:
    """Note whose routes customers are on (code, collector, version), unless something newer is known.

    Returns the collectors, before and now, of those that were known and have changed.
    """
    rows = await connection.fetch(LOCK_COLLECTORS, [code for code, _, _ in customers])
    before = {row["customer_code"]: row for row in rows}
    newer = [item for item in customers if item[0] not in before or before[item[0]]["version"] < item[2]]
    if not newer:
        return set()
    await connection.execute(SET_COLLECTORS, *map(list, zip(*newer, strict=True)))
    known = [(before[code]["collector_code"], collector) for code, collector, _ in newer if code in before]
    return {collector for pair in known for collector in pair}
