"""Lines of a readings file → metered periods. Pure."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from services.billing.bills.bill import make_bill
from services.billing.bills.metered_period import METER_REGISTERS, MeteredPeriod, RegisterReading
from services.billing.errors import BillingError
from services.billing.quote.cells import Row, date_cell, decimal_cell, whole_cell
from services.billing.tariffs.models import Tariffs
from shared.contracts.common import CustomerFacts

_NO_BILL = UUID(int=0)
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)
_LAST_YEAR = 2199
_GREATEST_MULTIPLIER = 1_000_000


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One line: a register, and what must be the same on all lines of a bill."""

    line: int
    key: tuple[str, int, int, int]
    """Customer code, year, month, cycle."""
    meter_number: str
    meter_register: str
    old_reading: int
    new_reading: int
    change_readings: tuple[int, ...]
    multiplier: int | None
    digits: int | None
    common: tuple[date, date, int, date | None, date | None, date]
    """Period, days without supply, their first and last day, due date."""
    cos_phi: Decimal | None


def parse_reading(row: Row, line: int, due_days: int) -> ReadingRow:
    """Return a line as values; raise :class:`BillingError` for the first thing that is wrong with it."""
    register = _text(row, "register").upper()
    if register not in METER_REGISTERS:
        raise BillingError("bad-register", f"register must be one of {', '.join(METER_REGISTERS)}, not {register!r}")
    month, year, cycle = _whole(row, "month"), _whole(row, "year"), _whole(row, "cycle")
    if not (1 <= month <= 12 and 2000 <= year <= _LAST_YEAR and 1 <= cycle <= 9):
        raise BillingError("bad-month", f"there is no cycle {cycle} of {month}/{year}")
    first, last = date_cell(row, "period_from"), date_cell(row, "period_to")
    if last < first:
        raise BillingError("bad-period", f"the period ends ({last}) before it starts ({first})")
    cut_from = date_cell(row, "cut_from") if row.get("cut_from") else None
    cut_to = date_cell(row, "cut_to") if row.get("cut_to") else None
    if (cut_from is None) != (cut_to is None):
        raise BillingError("bad-cut", "cut_from and cut_to go together")
    cut_days = 0 if cut_from else whole_cell(row, "cut_days") or 0
    due = date_cell(row, "due_date") if row.get("due_date") else last + timedelta(days=due_days)
    changes = row.get("change_reading", "")
    multiplier = whole_cell(row, "multiplier")
    if multiplier is not None and multiplier > _GREATEST_MULTIPLIER:
        raise BillingError("bad-multiplier", f"a multiplier of {multiplier} is not believable")
    return ReadingRow(
        line=line,
        key=(_text(row, "customer_code"), year, month, cycle),
        meter_number=_text(row, "meter_number"),
        meter_register=register,
        old_reading=_whole(row, "old_reading"),
        new_reading=_whole(row, "new_reading"),
        change_readings=tuple(
            _whole({"change_reading": piece.strip()}, "change_reading") for piece in changes.split(";") if changes
        ),
        multiplier=multiplier,
        digits=whole_cell(row, "digits"),
        common=(first, last, cut_days, cut_from, cut_to, due),
        cos_phi=decimal_cell(row, "cos_phi"),
    )


def assemble(rows: Sequence[ReadingRow], facts: CustomerFacts, tariffs: Tariffs) -> tuple[MeteredPeriod, str]:
    """Return the metered period of one bill's lines, and its fingerprint.

    The bill is computed once as a test. Raises :class:`BillingError` for lines that contradict each other or cannot
    be billed.
    """
    common = rows[0].common
    if any(row.common != common for row in rows):
        raise BillingError("contradictory-lines", f"the lines of {rows[0].key[0]} have different periods or dates")
    factors = {row.cos_phi for row in rows if row.cos_phi is not None}
    if len(factors) > 1:
        raise BillingError("contradictory-lines", f"the lines of {rows[0].key[0]} have different cos phi")
    registers = [(row.meter_number, row.meter_register) for row in rows]
    if len(set(registers)) != len(registers):
        raise BillingError("twice", f"a register of {rows[0].key[0]} is read twice for one bill")
    code, year, month, cycle = rows[0].key
    period_from, period_to, cut_days, cut_from, cut_to, due_date = common
    ordered = sorted(rows, key=lambda row: (row.meter_number, METER_REGISTERS.index(row.meter_register)))
    period = MeteredPeriod(
        customer_code=code,
        year=year,
        month=month,
        cycle=cycle,
        period_from=period_from,
        period_to=period_to,
        due_date=due_date,
        readings=tuple(_reading(row, facts) for row in ordered),
        cut_days=cut_days,
        cut_from=cut_from,
        cut_to=cut_to,
        cos_phi=next(iter(factors), None),
    )
    make_bill(period, facts, tariffs, bill_id=_NO_BILL, issued_at=_NEVER)
    return period, _fingerprint(period)


def _reading(row: ReadingRow, facts: CustomerFacts) -> RegisterReading:
    """Return a reading with the constants of its meter: named in the line, or those of the customer's present meter."""
    meter = facts.meter
    multiplier, digits = row.multiplier, row.digits
    if multiplier is None or digits is None:
        if meter is None or meter.meter_number != row.meter_number:
            raise BillingError(
                "unknown-meter",
                f"{row.meter_number} is not the meter of {row.key[0]}: give its multiplier and digits in the line",
            )
        multiplier = meter.multiplier if multiplier is None else multiplier
        digits = meter.digits if digits is None else digits
    return RegisterReading(
        meter_number=row.meter_number,
        meter_register=row.meter_register,
        old_reading=row.old_reading,
        new_reading=row.new_reading,
        multiplier=multiplier,
        digits=digits,
        change_readings=row.change_readings,
    )


def _fingerprint(period: MeteredPeriod) -> str:
    """Return what two imports of the same readings share; the meter's constants belong to the contract, not to it."""
    bare = replace(period, readings=tuple(replace(item, multiplier=1, digits=1) for item in period.readings))
    return hashlib.sha256(json.dumps(asdict(bare), default=str, sort_keys=True).encode()).hexdigest()


def _text(row: Row, name: str) -> str:
    if not row.get(name):
        raise BillingError("missing-field", f"{name} is empty")
    return row[name]


def _whole(row: Row, name: str) -> int:
    value = whole_cell(row, name)
    if value is None:
        raise BillingError("missing-field", f"{name} is empty")
    return value
