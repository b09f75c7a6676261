"""What is to be invoiced, in the order in which it was told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from shared.db import Connection

NOTE_BILLS = """
WITH written AS (
    INSERT INTO waiting_bills (cause_id, bill_id, reason)
    SELECT bill_id, bill_id, $2 FROM unnest($1::uuid[]) WITH ORDINALITY AS told (bill_id, place)
    WHERE NOT EXISTS (SELECT FROM invoices WHERE cause_id = told.bill_id)
        AND NOT EXISTS (SELECT FROM bills_without_invoice WHERE bills_without_invoice.bill_id = told.bill_id)
    ORDER BY place
    ON CONFLICT DO NOTHING
    RETURNING true
)
SELECT * FROM written
"""
"""Notes bills that have neither an invoice nor an entry yet: ids, and why (of a correcting bill)."""

NOTE_CORRECTION = """
WITH further AS (
    INSERT INTO waiting_bills (cause_id, bill_id, reason)
    SELECT bill_id, bill_id, $2 FROM unnest($1::uuid[]) AS told (bill_id)
    WHERE NOT EXISTS (SELECT FROM invoices WHERE cause_id = told.bill_id)
    ON CONFLICT DO NOTHING
), written AS (
    INSERT INTO waiting_bills (cause_id, bill_id, correction_id, principal, vat, reason)
    SELECT cause_id, bill_id, $3, principal, vat, $2
    FROM unnest($4::uuid[], $5::uuid[], $6::bigint[], $7::bigint[]) AS told (cause_id, bill_id, principal, vat)
    WHERE NOT EXISTS (SELECT FROM invoices WHERE invoices.cause_id = told.cause_id)
    ON CONFLICT DO NOTHING
    RETURNING true
)
SELECT * FROM written
"""
"""Notes what a correction makes due: the further bill, and what is taken off bills that stand."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that is to be invoiced."""

    cause_id: UUID
    bill_id: UUID
    correction_id: UUID | None
    principal: int | None
    vat: int | None
    reason: str


_ROOM = """
SELECT CASE WHEN (SELECT count(*) FROM unsigned_invoices) >= $3 THEN 0 ELSE $2 - (
    SELECT count(*) FROM waiting_bills WHERE problem IS NULL AND asked_at >= clock_timestamp() - $1::interval
) END
"""


async def room_to_ask(connection: Connection, ask_again: timedelta, most_asked: int, most_unsigned: int) -> int:
    """Return about how many more may be asked now; 0 where too many invoices wait for their signature."""
    room: int = await connection.fetchval(_ROOM, ask_again, most_asked, most_unsigned)
    return room


# What another copy asks about at this moment is its own. An array is made once: what stands behind IN may be looked for
# again for each row, passes over those that are taken already, and so takes more than the limit.
_TAKE = """
UPDATE waiting_bills SET asked_at = clock_timestamp() WHERE cause_id = ANY (ARRAY(
    SELECT cause_id FROM waiting_bills
    WHERE problem IS NULL AND (asked_at IS NULL OR asked_at < clock_timestamp() - $1::interval)
    ORDER BY noted_at, cause_id LIMIT $2 FOR UPDATE SKIP LOCKED
))
RETURNING bill_id
"""


async def take_to_ask(connection: Connection, ask_again: timedelta, limit: int) -> list[UUID]:
    """Return the bills that have waited longest, of those that were not asked about for a time, and mark them."""
    return list({row["bill_id"]: None for row in await connection.fetch(_TAKE, ask_again, limit)})


_OF_BILLS = """
SELECT cause_id, bill_id, correction_id, principal, vat, reason FROM waiting_bills
WHERE problem IS NULL AND bill_id = ANY ($1) ORDER BY noted_at, cause_id
"""


async def of_bills(connection: Connection, bill_ids: Collection[UUID]) -> list[Waiting]:
    """Return what waits of some bills, what has waited longest first."""
    return [Waiting(**dict(row)) for row in await connection.fetch(_OF_BILLS, list(bill_ids))]


# Another copy that is at some of them keeps them: it makes their invoices.
_LOCK = """
SELECT cause_id FROM waiting_bills WHERE cause_id = ANY ($1) AND problem IS NULL FOR UPDATE SKIP LOCKED
"""


async def lock(connection: Connection, cause_ids: Collection[UUID]) -> set[UUID]:
    """Lock what still waits of these until the transaction ends, and return it."""
    return {row["cause_id"] for row in await connection.fetch(_LOCK, list(cause_ids))}


_STILL_WAITING = "SELECT bill_id FROM waiting_bills WHERE cause_id = bill_id AND bill_id = ANY ($1)"


async def still_waiting(connection: Connection, bill_ids: Collection[UUID]) -> set[UUID]:
    """Return the bills among these that wait for their own invoice."""
    return {row["bill_id"] for row in await connection.fetch(_STILL_WAITING, list(bill_ids))}


_DONE = "DELETE FROM waiting_bills WHERE cause_id = ANY ($1)"


async def done(connection: Connection, cause_ids: Collection[UUID]) -> None:
    """Take out what is invoiced, or needs no invoice."""
    if cause_ids:
        await connection.execute(_DONE, list(cause_ids))


_NOTHING_SOLD = "INSERT INTO bills_without_invoice (bill_id) SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING"


async def note_without_invoice(connection: Connection, bill_ids: Collection[UUID]) -> None:
    """Keep that bills need no invoice, because nothing was sold."""
    if bill_ids:
        await connection.execute(_NOTHING_SOLD, list(bill_ids))


_OF_NOTHING = "SELECT bill_id FROM bills_without_invoice WHERE bill_id = ANY ($1)"


async def without_invoice(connection: Connection, bill_ids: Collection[UUID]) -> set[UUID]:
    """Return the bills among these that needed no invoice."""
    return {row["bill_id"] for row in await connection.fetch(_OF_NOTHING, list(bill_ids))}


_PROBLEMS = """
UPDATE waiting_bills SET problem = told.problem, due_on = told.due_on
FROM unnest($1::uuid[], $2::text[], $3::date[]) AS told (cause_id, problem, due_on)
WHERE waiting_bills.cause_id = told.cause_id
"""


async def keep_problems(connection: Connection, problems: dict[UUID, str], due_on: Mapping[UUID, date]) -> None:
    """Keep why something cannot be invoiced, and until when it has to be: it waits until a person acts."""
    if problems:
        days = [due_on.get(cause_id) for cause_id in problems]
        await connection.execute(_PROBLEMS, list(problems), list(problems.values()), days)


_RETRY = "UPDATE waiting_bills SET problem = NULL, asked_at = NULL WHERE problem IS NOT NULL RETURNING cause_id"


async def try_again(connection: Connection) -> int:
    """Have everything tried again that could not be invoiced; return how much that is."""
    return len(await connection.fetch(_RETRY))


_LISTED = """
SELECT cause_id, bill_id, correction_id IS NOT NULL AS is_reduction, noted_at, problem FROM waiting_bills
ORDER BY problem IS NULL, noted_at, cause_id LIMIT $1
"""


async def listed(connection: Connection, limit: int) -> Sequence[Any]:
    """Return what waits, first what cannot be invoiced."""
    return await connection.fetch(_LISTED, limit)


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits."""

    waiting: int
    refused: int
    unsigned: int
    oldest: datetime | None
    """When the oldest of what waits was told."""
    due_on: date | None
    """Until when the first of what cannot be invoiced has to be."""


_BACKLOG = """
SELECT count(*) FILTER (WHERE problem IS NULL) AS waiting, count(*) FILTER (WHERE problem IS NOT NULL) AS refused,
    (SELECT count(*) FROM unsigned_invoices) AS unsigned,
    least(min(noted_at), (SELECT min(made_at) FROM unsigned_invoices JOIN invoices USING (invoice_id))) AS oldest,
    min(due_on) AS due_on
FROM waiting_bills
"""


async def backlog(connection: Connection) -> Backlog:
    """Return how much waits for its number or its signature."""
    row = await connection.fetchrow(_BACKLOG)
    assert row is not None  # noqa: S101 - an aggregate has a row
    return Backlog(**dict(row))
