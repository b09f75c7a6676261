"""The tree over all receipts, its checkpoints, and what recoveries have declared lost."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.receipt.checkpoints.checkpoint import Checkpoint, KeptCheckpoint, Mark
from services.receipt.checkpoints.comparison import RegisterState
from services.receipt.checkpoints.tree import Edge
from services.receipt.signatures.chain import link_of
from shared.db import Connection


@dataclass(frozen=True, slots=True)
class Log:
    """The tree of the present epoch."""

    epoch: int
    edge: Edge
    superseded: str | None
    """The signed checkpoint that the recovery before this epoch declared lost."""


_LOG = """
SELECT e.epoch, l.size, l.edge, e.superseded FROM log_edge AS l JOIN log_epoch AS e USING (epoch)
ORDER BY e.epoch DESC LIMIT 1
"""


async def present_log(connection: Connection) -> Log:
    """Return the tree of the present epoch."""
    row = await connection.fetchrow(_LOG)
    if row is None:
        raise RuntimeError("the register has no tree")
    return Log(row["epoch"], Edge(row["size"], tuple(row["edge"])), row["superseded"])


_NUMBERS = "SELECT series, last_number FROM series"
_LINKS = """
SELECT w.series, w.number, r.token, g.link
FROM unnest($1::text[], $2::integer[]) AS w (series, number)
LEFT JOIN receipt AS r ON r.series = w.series AND r.number = w.number
LEFT JOIN series_gap AS g ON g.series = w.series AND g.last_number = w.number
"""


async def register_state(connection: Connection, witnesses: Sequence[Checkpoint]) -> RegisterState:
    """Return how far the register has come, with what witnesses name; needs a snapshot."""
    log = await present_log(connection)
    named = sorted({(mark.series, mark.number) for witness in witnesses for mark in witness.marks})
    links = {}
    for row in await connection.fetch(_LINKS, [series for series, _ in named], [number for _, number in named]):
        if row["token"] is not None or row["link"] is not None:
            links[row["series"], row["number"]] = row["link"] or link_of(row["token"])
    numbers = {row["series"]: row["last_number"] for row in await connection.fetch(_NUMBERS)}
    return RegisterState(log.epoch, log.edge.size, log.edge.root, numbers, links)


# Where each series stands, and how far it is in the tree.
_PROGRESS = """
SELECT s.series, s.template || s.series AS symbol, s.seller_tax_code, s.last_number, s.last_link,
    coalesce((SELECT max(last_number) FROM log_segment AS l WHERE l.epoch = $1 AND l.series = s.series), 0) AS logged
FROM series AS s WHERE s.last_number > 0 ORDER BY s.series
"""


async def progress(connection: Connection, epoch: int) -> list[tuple[Mark, int]]:
    """Return where each series stands, with its last number in the tree."""
    return [
        (Mark(row["symbol"], row["seller_tax_code"], row["last_number"], row["last_link"]), row["logged"])
        for row in await connection.fetch(_PROGRESS, epoch)
    ]


# Not those that came back into a gap: they come at any time, and are added behind all others.
_TOKENS = """
SELECT number, token FROM receipt WHERE series = $1 AND number > $2 AND NOT EXISTS (
    SELECT FROM series_gap WHERE series = $1 AND number BETWEEN first_number AND last_number)
ORDER BY number LIMIT $3
"""


async def tokens_after(connection: Connection, series: str, number: int, limit: int) -> list[tuple[int, bytes]]:
    """Return the next receipts of a series: numbers and tokens."""
    return [(row["number"], row["token"]) for row in await connection.fetch(_TOKENS, series, number, limit)]


_CAME_BACK = """
SELECT r.series, r.number, r.token FROM series_gap AS g JOIN receipt AS r
    ON r.series = g.series AND r.number BETWEEN g.first_number AND g.last_number
WHERE NOT EXISTS (
    SELECT FROM log_segment AS l
    WHERE l.epoch = $1 AND l.series = r.series AND r.number BETWEEN l.first_number AND l.last_number)
ORDER BY r.series, r.number LIMIT $2
"""


async def tokens_that_came_back(connection: Connection, epoch: int, limit: int) -> list[tuple[str, int, bytes]]:
    """Return receipts that came back into a gap and are not in the tree: series, numbers and tokens."""
    rows = await connection.fetch(_CAME_BACK, epoch, limit)
    return [(row["series"], row["number"], row["token"]) for row in rows]


# Of several copies, one adds to the tree at a time.
_LOCK_LOG = "SELECT size FROM log_edge WHERE epoch = $1 FOR NO KEY UPDATE"
_MOVE_EDGE = "UPDATE log_edge SET size = $2, edge = $3 WHERE epoch = $1"
_ADD_SEGMENTS = """
INSERT INTO log_segment (epoch, first_position, series, first_number, last_number)
SELECT $1::integer, * FROM unnest($2::bigint[], $3::text[], $4::integer[], $5::integer[])
"""


@dataclass(frozen=True, slots=True)
class Segment:
    """Receipts that follow one another in a series and in the tree."""

    first_position: int
    series: str
    first_number: int
    last_number: int

    @property
    def size(self) -> int:
        """How many receipts it has."""
        return self.last_number - self.first_number + 1


async def lock_log(connection: Connection, epoch: int) -> int:
    """Lock the tree; return its size."""
    return int(await connection.fetchval(_LOCK_LOG, epoch))


async def grow_log(connection: Connection, epoch: int, edge: Edge, segments: Sequence[Segment]) -> None:
    """Store what was added to the tree, which must be locked."""
    await connection.execute(
        _ADD_SEGMENTS,
        epoch,
        [segment.first_position for segment in segments],
        [segment.series for segment in segments],
        [segment.first_number for segment in segments],
        [segment.last_number for segment in segments],
    )
    await connection.execute(_MOVE_EDGE, epoch, edge.size, list(edge.hashes))


_SEGMENTS = """
SELECT first_position, series, first_number, last_number FROM log_segment WHERE epoch = $1 ORDER BY first_position
"""
_SEGMENT_TOKENS = "SELECT token FROM receipt WHERE series = $1 AND number BETWEEN $2 AND $3 ORDER BY number"


async def segments_of(connection: Connection, epoch: int) -> list[Segment]:
    """Return the segments of a tree in their order."""
    return [Segment(**row) for row in await connection.fetch(_SEGMENTS, epoch)]


async def logged_tokens(connection: Connection, epoch: int) -> AsyncIterator[tuple[Segment, list[bytes]]]:
    """Yield the tokens in the order of the tree, a segment at a time."""
    for segment in await segments_of(connection, epoch):
        rows = await connection.fetch(_SEGMENT_TOKENS, segment.series, segment.first_number, segment.last_number)
        yield segment, [row["token"] for row in rows]


_ADD_CHECKPOINT = "INSERT INTO checkpoint (epoch, size, issued_at, daily, note) VALUES ($1, $2, $3, $4, $5)"
_LAST_KEPT = """
SELECT checkpoint_id, epoch, size, issued_at, daily, note FROM checkpoint ORDER BY checkpoint_id DESC LIMIT 1
"""


async def keep_checkpoint(connection: Connection, checkpoint: Checkpoint, note: str, *, daily: bool) -> None:
    """Keep a checkpoint, which every place will get."""
    await connection.execute(_ADD_CHECKPOINT, checkpoint.epoch, checkpoint.size, checkpoint.moment, daily, note)


async def last_kept(connection: Connection) -> KeptCheckpoint | None:
    """Return the last checkpoint that was kept."""
    row = await connection.fetchrow(_LAST_KEPT)
    return None if row is None else KeptCheckpoint(**row)


_NOTES = "SELECT note FROM checkpoint WHERE epoch = $1"


async def kept_notes(connection: Connection, epoch: int) -> set[str]:
    """Return the checkpoints of a tree that were kept, as they were signed."""
    return {row["note"] for row in await connection.fetch(_NOTES, epoch)}


_UNDELIVERED = """
SELECT checkpoint_id, epoch, size, issued_at, daily, note FROM checkpoint
WHERE checkpoint_id > coalesce((SELECT d.checkpoint_id FROM checkpoint_delivery AS d WHERE d.place = $1), 0)
ORDER BY checkpoint_id LIMIT 100
"""
_DELIVERED = """
INSERT INTO checkpoint_delivery (place, checkpoint_id) VALUES ($1, $2)
ON CONFLICT (place) DO UPDATE SET checkpoint_id = excluded.checkpoint_id
"""
_PLACES = "SELECT place FROM checkpoint_delivery"


async def undelivered(connection: Connection, place: str) -> list[KeptCheckpoint]:
    """Return the next checkpoints that a place has not got."""
    return [KeptCheckpoint(**row) for row in await connection.fetch(_UNDELIVERED, place)]


async def note_delivered(connection: Connection, place: str, checkpoint_id: int) -> None:
    """Note how far a place has come."""
    await connection.execute(_DELIVERED, place, checkpoint_id)


async def places_used(connection: Connection) -> set[str]:
    """Return the places that have got a checkpoint."""
    return {row["place"] for row in await connection.fetch(_PLACES)}


_GAPS = "SELECT series, first_number, last_number, link, epoch FROM series_gap ORDER BY series, first_number"
_IS_LOST = """
SELECT EXISTS (SELECT FROM series_gap WHERE series = $1 AND $2 BETWEEN first_number AND last_number)
    OR EXISTS (SELECT FROM recovered_receipt WHERE series = $1 AND number = $2 AND token = $3)
"""


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers of a series that are lost and never taken again."""

    series: str
    first_number: int
    last_number: int
    link: bytes
    epoch: int


async def gaps(connection: Connection) -> list[Gap]:
    """Return every gap, in the order of numbers."""
    return [Gap(**row) for row in await connection.fetch(_GAPS)]


async def is_lost(connection: Connection, series: str, number: int, token: bytes) -> bool:
    """Return whether a recovery has declared a number lost, or has taken in this very token."""
    return bool(await connection.fetchval(_IS_LOST, series, number, token))


_PUBLICATION = 0x776974  # "wit": of several copies, one writes to the places at a time
_LOCK_PUBLICATION = "SELECT pg_try_advisory_lock($1)"
_UNLOCK_PUBLICATION = "SELECT pg_advisory_unlock($1)"


async def lock_for_publication(connection: Connection) -> bool:
    """Return whether this session may write to the places; it holds the lock until it ends or unlocks."""
    return bool(await connection.fetchval(_LOCK_PUBLICATION, _PUBLICATION))


async def unlock_publication(connection: Connection) -> None:
    """Let others write."""
    await connection.execute(_UNLOCK_PUBLICATION, _PUBLICATION)


_LINK_BEHIND_GAP = "SELECT link FROM series_gap WHERE series = $1 AND last_number = $2"
# A receipt that was taken in again from a customer's token is found by its code as well.
_BY_LOOKUP_CODE = """
SELECT token FROM receipt WHERE lookup_code = ANY($1)
UNION ALL SELECT token FROM recovered_receipt WHERE lookup_code = ANY($1)
LIMIT 1
"""


async def link_behind_gap(connection: Connection, series: str, number: int) -> bytes | None:
    """Return what the receipt behind a gap holds, where ``number`` is the last of the gap."""
    link: bytes | None = await connection.fetchval(_LINK_BEHIND_GAP, series, number)
    return link


async def token_by_lookup_code(connection: Connection, codes: Sequence[str]) -> bytes | None:
    """Return the token whose lookup code is one of these."""
    token: bytes | None = await connection.fetchval(_BY_LOOKUP_CODE, codes)
    return token


# Whoever recovers holds every series until it is done: nothing is issued meanwhile.
_LOCK_ALL = """
SELECT series, template || series AS symbol, seller_tax_code, last_number, last_link, last_issued_at FROM series
ORDER BY series FOR NO KEY UPDATE
"""
_ADD_SELLER = """
INSERT INTO seller (tax_code, suffix, first_seen_at) VALUES ($1, $2, clock_timestamp()) ON CONFLICT DO NOTHING
"""
_ADD_SERIES = """
INSERT INTO series (series, seller_tax_code, template, year, last_link) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING
"""
_BEGIN_EPOCH = "INSERT INTO log_epoch (epoch, begun_by, reason, superseded) VALUES ($1, $2, $3, $4)"
_BEGIN_EDGE = "INSERT INTO log_edge (epoch, size, edge) VALUES ($1, 0, ARRAY[]::bytea[])"
_ADD_GAP = "INSERT INTO series_gap (series, first_number, last_number, link, epoch) VALUES ($1, $2, $3, $4, $5)"
_MOVE_BEHIND_GAP = """
UPDATE series SET last_number = $2, last_link = $3,
    last_issued_at = CASE WHEN last_issued_at <= clock_timestamp() THEN last_issued_at END
WHERE series = $1
"""
_ADD_RECOVERED = """
INSERT INTO recovered_receipt (lookup_code, series, number, token, recovered_by, customer_code)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING RETURNING true
"""
_RECOVERED = "SELECT count(*) FROM recovered_receipt"
_RECOVERED_OF = """
SELECT token FROM recovered_receipt
WHERE (customer_code = $1 OR customer_code IS NULL) AND NOT EXISTS (
    SELECT FROM receipt WHERE receipt.series = recovered_receipt.series AND receipt.number = recovered_receipt.number)
ORDER BY series, number
"""


async def lock_every_series(connection: Connection) -> list[tuple[Mark, datetime | None]]:
    """Lock every series; return where each stands, and the moment of its last receipt."""
    return [
        (Mark(row["symbol"], row["seller_tax_code"], row["last_number"], row["last_link"]), row["last_issued_at"])
        for row in await connection.fetch(_LOCK_ALL)
    ]


async def make_lost_series(connection: Connection, mark: Mark, year: int, link: bytes) -> None:
    """Make a series that the register has lost, standing at 0."""
    await connection.execute(_ADD_SELLER, mark.seller_tax_code, mark.series[-2:])
    template = mark.symbol.removesuffix(mark.series)
    await connection.execute(_ADD_SERIES, mark.series, mark.seller_tax_code, template, year, link)


async def begin_epoch(connection: Connection, epoch: int, *, by: str, reason: str, superseded: str | None) -> None:
    """Begin another tree."""
    await connection.execute(_BEGIN_EPOCH, epoch, by, reason, superseded)
    await connection.execute(_BEGIN_EDGE, epoch)


async def declare_gap(connection: Connection, gap: Gap) -> None:
    """Declare numbers lost, and move the series, which must be locked, behind them."""
    await connection.execute(_ADD_GAP, gap.series, gap.first_number, gap.last_number, gap.link, gap.epoch)
    await connection.execute(_MOVE_BEHIND_GAP, gap.series, gap.last_number, gap.link)


async def add_recovered(
    connection: Connection, *, lookup_code: str, series: str, number: int, token: bytes, by: str, customer_code: str
) -> bool:
    """Keep a receipt that a customer showed; False when it was there already."""
    arguments = lookup_code, series, number, token, by, customer_code
    return bool(await connection.fetchval(_ADD_RECOVERED, *arguments))


async def recovered_tokens_of(connection: Connection, customer_code: str) -> list[bytes]:
    """Return the recorded tokens that may be of a customer and are not in the register."""
    return [row["token"] for row in await connection.fetch(_RECOVERED_OF, customer_code)]


async def count_recovered(connection: Connection) -> int:
    """Return how many receipts were taken in again."""
    return int(await connection.fetchval(_RECOVERED))
