"""Months of what explains bills, with their readings: partitions that are detached and attached (ADR 59, ADR 68)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.billing.judgement.reach import ArchivedMonth, ArchivedReading, KnownReading
from shared.contracts.actor import Actor
from shared.db import Connection


@dataclass(frozen=True, slots=True)
class StoredMonth:
    """A month of details: in its partition, or in the archive."""

    year: int
    month: int
    bytes: int
    """On the disk, with indexes; 0 where it is not in this database."""
    rows: int
    """Of a month that is attached, as PostgreSQL estimates them."""
    open_bills: int
    without_a_bill: int
    """Periods of readings that are held, wait, or could not be billed."""
    in_the_register: int
    """Bills of a version before, whose details stay in the register."""
    not_moved: int = 0
    """Periods that lie in no partition of their month: of a version before, or stored while there was none."""
    archived_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MonthAct:
    """What was put into the archive, or brought back."""

    act_id: UUID
    act: str
    year: int
    month: int
    bills: int
    kwh: int
    total: int
    contents: str
    """SHA-256 over all rows of the bills' details, hexadecimal."""
    acted_at: datetime
    periods: int = 0
    readings: int = 0
    meters: int = 0
    """Left behind: meters whose last reading lies in the month."""
    contents_of_periods: str = ""
    contents_of_readings: str = ""
    """SHA-256 over all rows, hexadecimal; empty where a version before has put the month into the archive."""


_MAKE = """
SELECT bool_and(make_month_of_details(year, month, $3))
FROM unnest($1::int[], $2::int[]) AS wanted (year, month)
"""


async def make(connection: Connection, months: Collection[tuple[int, int]], *, moving: bool = False) -> bool:
    """Make partitions for months (year, month); return whether all are there.

    ``moving``: also where details lie in the default partition, while nobody sees any.

    What is of a month without one is stored all the same. Whoever reads details meanwhile is not waited for, and others
    wait until the transaction ends: make months in one that ends at once.
    """
    if not months:
        return True
    ordered = sorted(months)
    made: bool = await connection.fetchval(
        _MAKE, [year for year, _ in ordered], [month for _, month in ordered], moving
    )
    return made


# By the index of what waits.
_WAITING = """
SELECT DISTINCT year, month FROM metered_periods
WHERE bill_id IS NULL AND problem IS NULL AND ($1::int IS NULL OR (year = $1 AND month = $2))
"""


async def without_a_bill(
    connection: Connection, year: int | None = None, month: int | None = None
) -> set[tuple[int, int]]:
    """Return the months (of one, where it is named) of readings that may have a bill yet."""
    return {(row["year"], row["month"]) for row in await connection.fetch(_WAITING, year, month)}


_PATIENCE = "SET LOCAL statement_timeout = '2h'"


async def be_patient(connection: Connection) -> None:
    """Let the statements of this transaction take their time."""
    await connection.execute(_PATIENCE)


# Found by their parents, because the service may not look into the schema of the partitions.
# All months at once: what they still hold is counted in one pass over the register and one over the periods.
_ATTACHED = """
WITH attached AS (
    SELECT (found[2])::int AS year, (found[3])::int AS month, sum(pg_total_relation_size(inhrelid))::bigint AS bytes,
        sum(greatest(reltuples, 0)) FILTER (WHERE found[1] = 'bill_details')::bigint AS rows
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid,
        regexp_match(relname, '^(bill_details|metered_periods|readings)_([0-9]{4})([0-9]{2})$') AS found
    WHERE inhparent IN ('bill_details'::regclass, 'metered_periods'::regclass, 'readings'::regclass)
        AND found IS NOT NULL
    GROUP BY found[2], found[3] HAVING bool_or(found[1] = 'bill_details')
), counted AS (
    SELECT year, month, count(*) FILTER (WHERE open_principal + open_vat > 0) AS open_bills,
        count(*) FILTER (WHERE details_digest IS NULL) AS in_the_register
    FROM bills GROUP BY year, month
), unbilled AS (
    SELECT year, month, count(*) FILTER (WHERE bill_id IS NULL AND superseded_by IS NULL) AS without_a_bill,
        count(*) FILTER (WHERE partition_month = 0) AS not_moved
    FROM metered_periods GROUP BY year, month
)
SELECT year, month, bytes, rows, coalesce(open_bills, 0) AS open_bills, coalesce(without_a_bill, 0) AS without_a_bill,
    coalesce(in_the_register, 0) AS in_the_register, coalesce(not_moved, 0) AS not_moved
FROM attached LEFT JOIN counted USING (year, month) LEFT JOIN unbilled USING (year, month)
"""
_ARCHIVED = """
SELECT year, month, coalesce((
        SELECT sum(pg_total_relation_size(pg_class.oid))::bigint
        FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = 'archive' AND relname IN (partition_of_details(year, month),
            partition_of_readings('metered_periods', year, month), partition_of_readings('readings', year, month))
    ), 0) AS bytes, bills AS rows, 0 AS open_bills, 0 AS without_a_bill, 0 AS in_the_register,
    0 AS not_moved, acted_at AS archived_at, reason
FROM archived_months
"""


async def stored(connection: Connection) -> list[StoredMonth]:
    """Return all months that have a partition or are in the archive, the oldest first. Inside a transaction."""
    await be_patient(connection)
    rows = [*await connection.fetch(_ATTACHED), *await connection.fetch(_ARCHIVED)]
    return sorted((StoredMonth(**dict(row)) for row in rows), key=lambda found: (found.year, found.month))


_IN_USE = "SELECT open_bills, without_a_bill, not_moved FROM month_in_use($1, $2)"


async def in_use(connection: Connection, year: int, month: int) -> tuple[int, int, int]:
    """Return how many bills of a month are open, and how many of its periods have no bill, or were not moved yet."""
    row = await connection.fetchrow(_IN_USE, year, month)
    assert row is not None  # noqa: S101 - a function with one row
    return row["open_bills"], row["without_a_bill"], row["not_moved"]


_MOVE = "SELECT moved, last_code FROM move_details($1, $2, $3, $4)"


async def move(connection: Connection, year: int, month: int, from_code: str, at_most: int) -> tuple[int, str | None]:
    """Move details of bills of a version before out of the register, of customers from a code on.

    Returns how many were moved, and the last customer's code; None where there is none left. Nobody else writes to
    bills until the transaction ends. Raises :class:`asyncpg.LockNotAvailableError` where others do.
    """
    row = await connection.fetchrow(_MOVE, year, month, from_code, at_most)
    assert row is not None  # noqa: S101 - a function with one row
    return row["moved"], row["last_code"]


_MOVE_READINGS = "SELECT moved, last_code FROM move_readings($1, $2, $3, $4)"


async def move_readings(
    connection: Connection, year: int, month: int, from_code: str, at_most: int
) -> tuple[int, str | None]:
    """Move billed periods with their readings into the partition of their month, of customers behind a code.

    Returns how many were moved, and the last customer's code; None where there is none left. No import works until the
    transaction ends. Raises :class:`asyncpg.LockNotAvailableError` while one does.
    """
    row = await connection.fetchrow(_MOVE_READINGS, year, month, from_code, at_most)
    assert row is not None  # noqa: S101 - a function with one row
    return row["moved"], row["last_code"]


_DETACH = "SELECT * FROM detach_month($1, $2, $3, $4, $5)"
_ATTACH = "SELECT * FROM attach_month($1, $2, $3, $4, $5)"


async def detach(connection: Connection, act_id: UUID, year: int, month: int, reason: str, actor: Actor) -> MonthAct:
    """Put a month into the archive; the same act again changes nothing."""
    row = await connection.fetchrow(_DETACH, act_id, year, month, reason, actor.model_dump(mode="json"), timeout=7200)
    assert row is not None  # noqa: S101 - a function with one row
    return _act(row)


async def attach(connection: Connection, act_id: UUID, year: int, month: int, reason: str, actor: Actor) -> MonthAct:
    """Bring a month back; the same act again changes nothing."""
    row = await connection.fetchrow(_ATTACH, act_id, year, month, reason, actor.model_dump(mode="json"), timeout=7200)
    assert row is not None  # noqa: S101 - a function with one row
    return _act(row)


def _act(row: Mapping[str, Any]) -> MonthAct:
    values: dict[str, Any] = {
        name: row[name] for name in ("act_id", "act", "year", "month", "bills", "kwh", "total", "acted_at")
    }
    values |= {name: row[name] or 0 for name in ("periods", "readings", "meters")}
    digests = ("contents", "contents_of_periods", "contents_of_readings")
    return MonthAct(**values | {name: (row[name] or b"").hex() for name in digests})


_AWAY = "SELECT year, month, last_day FROM archived_months WHERE periods IS NOT NULL ORDER BY year DESC, month DESC"


async def away(connection: Connection) -> list[ArchivedMonth]:
    """Return the months whose metered periods are in the archive."""
    return [ArchivedMonth(*row) for row in await connection.fetch(_AWAY)]


_READINGS_AWAY = """
SELECT DISTINCT meter_number, customer_code, archived_meters.last_day, year, month
FROM archived_meters JOIN archived_months ON partition_month = year * 12 + month
WHERE meter_number = ANY ($1)
"""
_READ_SINCE = """
SELECT meter_number, customer_code, period_to
FROM readings JOIN metered_periods USING (period_id, partition_month)
WHERE meter_number = ANY ($1) AND superseded_by IS NULL AND sent_back_at IS NULL
"""


async def readings_away(
    connection: Connection, meters: Collection[str]
) -> tuple[list[ArchivedReading], list[KnownReading]]:
    """Return which of the meters were read last in a month that is in the archive, and all that is here of these."""
    archived = [ArchivedReading(*row) for row in await connection.fetch(_READINGS_AWAY, list(meters))]
    if not archived:
        return [], []
    rows = await connection.fetch(_READ_SINCE, list({one.meter_number for one in archived}))
    return archived, [KnownReading(*row) for row in rows]
