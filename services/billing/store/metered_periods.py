"""Metered periods with their readings: what waits for a bill, and what has become one."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.billing.bills.metered_period import METER_REGISTERS, MeteredPeriod, RegisterReading
from services.billing.judgement.doubts import Doubt
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


_KNOWN = """
SELECT period_id, customer_code, year, month, cycle, period_from, period_to, fingerprint,
    bill_id IS NOT NULL AS is_billed, superseded_by IS NOT NULL AS is_superseded,
    sent_back_at IS NOT NULL AS is_sent_back
FROM metered_periods
WHERE customer_code = ANY ($1)
"""


async def known_periods(connection: Connection, customer_codes: Collection[str]) -> list[KnownPeriod]:
    """Return the metered periods of customers that are stored already, also those that were superseded."""
    rows = await connection.fetch(_KNOWN, list(customer_codes))
    return [
        KnownPeriod(
            row["period_id"],
            (row["customer_code"], row["year"], row["month"], row["cycle"]),
            row["period_from"],
            row["period_to"],
            row["fingerprint"],
            row["is_billed"],
            row["is_superseded"],
            row["is_sent_back"],
        )
        for row in rows
    ]


_ADD_PERIODS = """
INSERT INTO metered_periods (period_id, customer_code, year, month, cycle, period_from, period_to, cut_days, cut_from,
    cut_to, cos_phi, due_date, fingerprint, import_id, final, held)
SELECT period_id, customer_code, year, month, cycle, period_from, period_to, cut_days, cut_from, cut_to, cos_phi,
    due_date, fingerprint, import_id, final, held::jsonb
FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[], $5::int[], $6::date[], $7::date[], $8::int[],
    $9::date[], $10::date[], $11::numeric[], $12::date[], $13::text[], $14::uuid[], $15::bool[], $16::text[])
    AS row (period_id, customer_code, year, month, cycle, period_from, period_to, cut_days, cut_from, cut_to, cos_phi,
        due_date, fingerprint, import_id, final, held)
"""
_ADD_READINGS = """
INSERT INTO readings (period_id, meter_number, meter_register, old_reading, new_reading, multiplier, digits,
    change_readings, estimated)
SELECT period_id, meter_number, meter_register, old_reading, new_reading, multiplier, digits,
    string_to_array(changes, ' ')::bigint[], estimated
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::int[], $7::int[], $8::text[],
    $9::bool[])
    AS row (period_id, meter_number, meter_register, old_reading, new_reading, multiplier, digits, changes, estimated)
"""


async def add(connection: Connection, new: Sequence[NewPeriod], import_id: UUID) -> None:
    """Store metered periods with their readings."""
    if not new:
        return
    periods = [
        (
            item.period_id,
            item.period.customer_code,
            item.period.year,
            item.period.month,
            item.period.cycle,
            item.period.period_from,
            item.period.period_to,
            item.period.cut_days,
            item.period.cut_from,
            item.period.cut_to,
            item.period.cos_phi,
            item.period.due_date,
            item.fingerprint,
            import_id,
            item.period.final,
            json.dumps([asdict(doubt) for doubt in item.doubts], ensure_ascii=False) if item.doubts else None,
        )
        for item in new
    ]
    readings = [
        (
            item.period_id,
            reading.meter_number,
            reading.meter_register,
            reading.old_reading,
            reading.new_reading,
            reading.multiplier,
            reading.digits,
            " ".join(map(str, reading.change_readings)),
            reading.estimated,
        )
        for item in new
        for reading in item.period.readings
    ]
    await connection.execute(_ADD_PERIODS, *_columns(periods))
    await connection.execute(_ADD_READINGS, *_columns(readings))


COLUMNS = """period_id, customer_code, year, month, cycle, period_from, period_to, cut_days, cut_from, cut_to, cos_phi,
    due_date, final"""
"""What :func:`period_of` reads."""

_READINGS_OF = "SELECT * FROM readings WHERE period_id = ANY ($1) ORDER BY period_id, meter_number, meter_register"


_ANY_WAITING = f"SELECT EXISTS (SELECT FROM metered_periods WHERE {WAITING})"


async def any_waiting(connection: Connection) -> bool:
    """Whether any period waits for a bill."""
    return await connection.fetchval(_ANY_WAITING) is True


async def periods_of(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> dict[UUID, MeteredPeriod]:
    """Return the periods of rows that have the :data:`COLUMNS`, with their readings, by their id."""
    readings: dict[UUID, list[RegisterReading]] = {row["period_id"]: [] for row in rows}
    for row in await connection.fetch(_READINGS_OF, list(readings)):
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
