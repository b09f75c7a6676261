"""Metered periods with their readings: what waits for a bill, and what has become one."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.billing.bills.metered_period import METER_REGISTERS, MeteredPeriod, RegisterReading
from services.billing.judgement.doubts import Doubt
from services.billing.store.partition_months import (
    NO_MONTH,
    WITHIN,
    of_days,
    partition_month,
    with_partition,
)
from shared.db import Connection


@dataclass(frozen=True, slots=True)
class NewPeriod:
    """A metered period that is about to be stored."""

    period_id: UUID
    period: MeteredPeriod
    fingerprint: str
    doubts: tuple[Doubt, ...] = ()
    """Why it is held; empty where it waits for a bill."""
    replaces: UUID | None = None
    """The period that was sent back and whose place it takes."""


@dataclass(frozen=True, slots=True)
class KnownPeriod:
    """A stored metered period, as far as an import must know it."""

    period_id: UUID
    key: tuple[str, int, int, int]
    period_from: date
    period_to: date
    fingerprint: str
    is_billed: bool
    is_superseded: bool
    """Other readings have taken its place."""
    is_sent_back: bool
    """It is to be read again: what is imported for it takes its place."""


WAITING = "bill_id IS NULL AND problem IS NULL AND held IS NULL AND superseded_by IS NULL"
"""What waits for a bill: readings not held, that no others have taken the place of, and that no run has set aside."""

_LOCK_IMPORTS = "SELECT pg_advisory_xact_lock(hashtext('billing readings import'))"


async def lock_imports(connection: Connection) -> None:
    """Let one import of readings work at a time, so that what it compared with is still there when it commits."""
    await connection.execute(_LOCK_IMPORTS)


# What counts and what was superseded have an index each. OFFSET 0 keeps the order: customer by customer, by index. Only
# the partitions are opened that may hold days or months of what is asked.
_KNOWN_OF = """
SELECT known.* FROM unnest($1::text[], $2::date[], $3::date[], $4::int[], $5::int[])
        AS asked (customer_code, first, last, first_month, last_month),
    LATERAL (
        SELECT period_id, customer_code, year, month, cycle, period_from, period_to, fingerprint,
            bill_id IS NOT NULL AS is_billed, superseded_by IS NOT NULL AS is_superseded,
            sent_back_at IS NOT NULL AS is_sent_back
        FROM metered_periods
        WHERE metered_periods.customer_code = asked.customer_code AND {condition} AND {within}
            AND (period_from <= asked.last AND period_to >= asked.first
                OR year * 12 + month BETWEEN asked.first_month AND asked.last_month)
        OFFSET 0
    ) AS known
"""
_KNOWN = " UNION ALL ".join(
    _KNOWN_OF.format(condition=condition, within=WITHIN.format(first="$6", last="$7"))
    for condition in ("superseded_by IS NULL", "superseded_by IS NOT NULL")
)


async def known_periods(connection: Connection, periods: Iterable[NewPeriod]) -> list[KnownPeriod]:
    """Return what is stored already, superseded or not, of the customers, months or days of periods."""
    asked: dict[str, tuple[str, date, date, int, int]] = {}
    for item in periods:
        period = item.period
        code, month = period.customer_code, period.year * 12 + period.month
        known = asked.get(code, (code, period.period_from, period.period_to, month, month))
        asked[code] = (
            code,
            min(known[1], period.period_from),
            max(known[2], period.period_to),
            min(known[3], month),
            max(known[4], month),
        )
    if not asked:
        return []
    first, last = min(one[1] for one in asked.values()), max(one[2] for one in asked.values())
    months = (await of_days(connection, first, last)).and_(month for one in asked.values() for month in one[3:])
    rows = await connection.fetch(_KNOWN, *_columns(asked.values()), *months)
    return [KnownPeriod(row[0], tuple(row[1:5]), *row[5:]) for row in rows]


_ADD_HELD = """
INSERT INTO metered_periods (period_id, customer_code, year, month, cycle, period_from, period_to, cut_days, cut_from,
    cut_to, cos_phi, due_date, fingerprint, import_id, final, partition_month, held)
SELECT period_id, customer_code, year, month, cycle, period_from, period_to, cut_days, cut_from, cut_to, cos_phi,
    due_date, fingerprint, import_id, final, partition_month, held::jsonb
FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[], $5::int[], $6::date[], $7::date[], $8::int[],
    $9::date[], $10::date[], $11::numeric[], $12::date[], $13::text[], $14::uuid[], $15::bool[], $16::int[],
    $17::text[])
    AS row (period_id, customer_code, year, month, cycle, period_from, period_to, cut_days, cut_from, cut_to, cos_phi,
        due_date, fingerprint, import_id, final, partition_month, held)
"""
_PERIOD_COLUMNS = (
    "period_id", "customer_code", "year", "month", "cycle", "period_from", "period_to", "cut_days", "cut_from",
    "cut_to", "cos_phi", "due_date", "fingerprint", "import_id", "final", "partition_month",
)  # fmt: skip
_READING_COLUMNS = (
    "period_id", "meter_number", "meter_register", "old_reading", "new_reading", "multiplier", "digits",
    "change_readings", "estimated", "partition_month",
)  # fmt: skip
_ADD_METERS = """
INSERT INTO read_meters (meter_number, customer_code)
SELECT meter_number, customer_code FROM unnest($1::text[], $2::text[]) AS read (meter_number, customer_code)
ON CONFLICT DO NOTHING
"""


async def add(connection: Connection, new: Sequence[NewPeriod], import_id: UUID) -> None:
    """Store metered periods with their readings, and for whom their meters are read."""
    if not new:
        return
    months = await with_partition(connection)
    held = [
        (*_row(item, import_id, months), json.dumps([asdict(doubt) for doubt in item.doubts], ensure_ascii=False))
        for item in new
        if item.doubts
    ]
    if held:
        await connection.execute(_ADD_HELD, *_columns(held))
    sound = [_row(item, import_id, months) for item in new if not item.doubts]
    await connection.copy_records_to_table("metered_periods", records=sound, columns=_PERIOD_COLUMNS)
    readings = [
        (
            item.period_id,
            reading.meter_number,
            reading.meter_register,
            reading.old_reading,
            reading.new_reading,
            reading.multiplier,
            reading.digits,
            reading.change_readings,
            reading.estimated,
            _partition(item.period, months),
        )
        for item in new
        for reading in item.period.readings
    ]
    await connection.copy_records_to_table("readings", records=readings, columns=_READING_COLUMNS)
    meters = {(reading.meter_number, item.period.customer_code) for item in new for reading in item.period.readings}
    await connection.execute(_ADD_METERS, *_columns(sorted(meters)))


def _partition(period: MeteredPeriod, months: Collection[int]) -> int:
    """Return where a period lies: in its month, where that has a partition."""
    number = partition_month(period.year, period.month)
    return number if number in months else 0


def _row(item: NewPeriod, import_id: UUID, months: Collection[int]) -> tuple[Any, ...]:
    period = item.period
    return (
        item.period_id,
        period.customer_code,
        period.year,
        period.month,
        period.cycle,
        period.period_from,
        period.period_to,
        period.cut_days,
        period.cut_from,
        period.cut_to,
        period.cos_phi,
        period.due_date,
        item.fingerprint,
        import_id,
        period.final,
        _partition(period, months),
    )


COLUMNS = """period_id, customer_code, year, month, cycle, period_from, period_to, cut_days, cut_from, cut_to, cos_phi,
    due_date, final"""
"""What :func:`period_of` reads."""

_READINGS_OF = f"""
SELECT * FROM readings WHERE period_id = ANY ($1) AND {WITHIN.format(first="$2", last="$3")}
ORDER BY period_id, meter_number, meter_register
"""


_ANY_WAITING = f"SELECT EXISTS (SELECT FROM metered_periods WHERE {WAITING})"


async def any_waiting(connection: Connection) -> bool:
    """Whether any period waits for a bill."""
    return await connection.fetchval(_ANY_WAITING) is True


_WAITING = f"SELECT count(*) FROM metered_periods WHERE {WAITING}"


async def waiting(connection: Connection) -> int:
    """Return how many periods wait for a bill."""
    count: int = await connection.fetchval(_WAITING)
    return count


async def periods_of(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> dict[UUID, MeteredPeriod]:
    """Return the periods of rows that have the :data:`COLUMNS`, with their readings, by their id."""
    readings: dict[UUID, list[RegisterReading]] = {row["period_id"]: [] for row in rows}
    months = NO_MONTH.and_(partition_month(row["year"], row["month"]) for row in rows)
    for row in await connection.fetch(_READINGS_OF, list(readings), *months):
        readings[row["period_id"]].append(_reading(row))
    return {row["period_id"]: _period(row, readings[row["period_id"]]) for row in rows}


_BILLED = """
UPDATE metered_periods SET bill_id = done.bill_id
FROM unnest($1::uuid[], $2::uuid[]) AS done (period_id, bill_id)
WHERE metered_periods.period_id = done.period_id
"""


async def billed(connection: Connection, bills: Mapping[UUID, UUID]) -> None:
    """Note the bills (period id → bill id)."""
    await connection.execute(_BILLED, list(bills), list(bills.values()))


_OF_BILL = f"""
SELECT {COLUMNS} FROM metered_periods WHERE bill_id = $1 OR period_id = $2 ORDER BY period_id = $2 DESC LIMIT 1
"""


async def of_bill(
    connection: Connection, bill_id: UUID, period_id: UUID | None = None
) -> tuple[UUID, MeteredPeriod] | None:
    """Return the period (``period_id``, where it is known) that a bill is of."""
    row = await connection.fetchrow(_OF_BILL, bill_id, period_id)
    if row is None:
        return None
    return row["period_id"], (await periods_of(connection, [row]))[row["period_id"]]


_BILLED_UNTIL = f"""
SELECT {COLUMNS}, bill_id FROM metered_periods
WHERE customer_code = $1 AND period_to = $2 AND superseded_by IS NULL AND bill_id IS NOT NULL
    AND EXISTS (SELECT FROM bills WHERE bills.bill_id = metered_periods.bill_id)
"""


async def billed_until(connection: Connection, customer_code: str, day: date) -> tuple[UUID, MeteredPeriod] | None:
    """Return the bill and the period, as it was imported, that ends on a day; None where it has no bill yet."""
    row = await connection.fetchrow(_BILLED_UNTIL, customer_code, day)
    return None if row is None else (row["bill_id"], (await periods_of(connection, [row]))[row["period_id"]])


_INVOICED_AT = "SELECT issued_at FROM bills JOIN metered_periods USING (bill_id) WHERE period_id = $1"


async def invoiced_at(connection: Connection, period_id: UUID) -> datetime | None:
    """Return when the bill of a period was issued first, before any correction; None where it has none."""
    found: datetime | None = await connection.fetchval(_INVOICED_AT, period_id)
    return found


_SET_ASIDE = """
UPDATE metered_periods SET problem = found.problem
FROM unnest($1::uuid[], $2::text[]) AS found (period_id, problem)
WHERE metered_periods.period_id = found.period_id
"""


async def set_aside(connection: Connection, problems: Mapping[UUID, str]) -> None:
    """Note why no bill could be made (period id → problem); such a period waits for a person."""
    await connection.execute(_SET_ASIDE, list(problems), list(problems.values()))


_TAKE_UP_AGAIN = "UPDATE metered_periods SET problem = NULL WHERE problem IS NOT NULL"


async def take_up_again(connection: Connection) -> int:
    """Let what was set aside wait for a bill again; return how many periods."""
    status = await connection.execute(_TAKE_UP_AGAIN)
    return int(status.rpartition(" ")[2])


def _columns(rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _reading(row: Mapping[str, Any]) -> RegisterReading:
    return RegisterReading(
        row["meter_number"],
        row["meter_register"],
        row["old_reading"],
        row["new_reading"],
        row["multiplier"],
        row["digits"],
        tuple(row["change_readings"]),
        row["estimated"],
    )


def _period(row: Mapping[str, Any], readings: list[RegisterReading]) -> MeteredPeriod:
    return MeteredPeriod(
        customer_code=row["customer_code"],
        year=row["year"],
        month=row["month"],
        cycle=row["cycle"],
        period_from=row["period_from"],
        period_to=row["period_to"],
        due_date=row["due_date"],
        readings=tuple(sorted(readings, key=_place)),
        cut_days=row["cut_days"],
        cut_from=row["cut_from"],
        cut_to=row["cut_to"],
        cos_phi=row["cos_phi"],
        final=row["final"],
    )


def _place(reading: RegisterReading) -> tuple[str, int]:
    return reading.meter_number, METER_REGISTERS.index(reading.meter_register)
