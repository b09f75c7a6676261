"""``readings.csv``: what meters showed, one line a register; the lines of one bill make a metered period.

``customer_code, meter_number, register, cycle, month, year, period_from, period_to, old_reading, new_reading`` and,
where they apply, ``cut_days`` or ``cut_from, cut_to``, ``cos_phi``, ``due_date``, ``change_reading`` (what the register
showed on the day of a price change inside the period; several are separated by ``;``), ``multiplier`` and ``digits``
(of a meter that is not the customer's present one), ``estimated`` (nobody has read the new reading: the next true one
goes on from it and settles it) and ``final`` (the last bill of a contract).
The lines of one customer, year, month and cycle make one bill.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from services.billing.bills.bill import make_bill
from services.billing.bills.metered_period import METER_REGISTERS, MeteredPeriod, RegisterReading
from services.billing.errors import BillingError
from services.billing.tariffs.models import Tariffs
from shared.contracts.common import CustomerCode, CustomerFacts, MeterNumber
from shared.csv_files import PLAINLY, BadCellError, FileRows, ImportOptions, Row, read_rows
from shared.csv_files.cells import Day, Fraction, Whole, Wholes, YesOrNo, between, one_of
from shared.csv_files.identity import Code, PlainSigns

READINGS = "readings.csv"

_NO_BILL = UUID(int=0)
_NOON = time(12, tzinfo=UTC)


class ReadingRow(Row):
    """A line of the file."""

    optional_columns = frozenset(
        {
            "cut_days",
            "cut_from",
            "cut_to",
            "cos_phi",
            "due_date",
            "change_reading",
            "multiplier",
            "digits",
            "estimated",
            "final",
        }
    )

    customer_code: Annotated[CustomerCode, Code, Field(examples=["PB14010012345"])]
    meter_number: Annotated[MeterNumber, PlainSigns, Field(examples=["21012345"])]
    meter_register: Annotated[str, AfterValidator(one_of(*METER_REGISTERS, upper=True)), Field(alias="register")]
    cycle: Annotated[Whole, AfterValidator(between(1, 9))]
    month: Annotated[Whole, AfterValidator(between(1, 12))]
    year: Annotated[Whole, AfterValidator(between(2000, 2199))]
    period_from: Day
    period_to: Day
    old_reading: Whole
    new_reading: Whole
    cut_days: Whole = 0
    cut_from: Day | None = None
    cut_to: Day | None = None
    cos_phi: Fraction | None = None
    due_date: Day | None = None
    change_reading: Wholes = ()
    multiplier: Annotated[Whole, AfterValidator(between(1, 1_000_000))] | None = None
    digits: Whole | None = None
    estimated: YesOrNo = False
    final: YesOrNo = False

    @model_validator(mode="after")
    def _dates_fit(self) -> Self:
        if self.period_to < self.period_from:
            message = f"the period ends ({self.period_to}) before it starts ({self.period_from})"
            raise BadCellError("bad-period", message)
        if (self.cut_from is None) != (self.cut_to is None):
            raise BadCellError("bad-cut", "cut_from and cut_to go together")
        return self

    @property
    def key(self) -> tuple[str, int, int, int]:
        """Customer code, year, month, cycle: what one bill is made for."""
        return self.customer_code, self.year, self.month, self.cycle

    def due(self, due_days: int) -> date:
        """When the bill is due; ``due_days`` after the period when the line has no date."""
        return self.due_date or self.period_to + timedelta(days=due_days)


@dataclass(frozen=True, slots=True)
class Reading:
    """A line of a readings file by its number."""

    line: int
    row: ReadingRow


def read_readings(data: bytes | str, *, name: str = READINGS, options: ImportOptions = PLAINLY) -> FileRows[Reading]:
    """Return the lines of a file, and what is wrong in it."""
    return read_rows(name, data, ReadingRow, Reading, convert_legacy=options.convert_legacy)


def shared_meters(readings: Sequence[Reading]) -> Iterator[tuple[Reading, str]]:
    """Yield the lines of meters that are read for two customers on the same days, with a message for each."""
    by_meter: dict[str, list[Reading]] = {}
    for reading in readings:
        by_meter.setdefault(reading.row.meter_number, []).append(reading)
    for meter, lines in by_meter.items():
        if len({line.row.customer_code for line in lines}) == 1:
            continue
        for line in lines:
            other = next((other for other in lines if _same_days(line.row, other.row)), None)
            if other is not None:
                both = f"{line.row.customer_code} and, in line {other.line}, for {other.row.customer_code}"
                yield line, f"{meter} is read for {both}"


def _same_days(one: ReadingRow, other: ReadingRow) -> bool:
    return (
        one.customer_code != other.customer_code
        and one.period_from <= other.period_to
        and other.period_from <= one.period_to
    )


def assemble(
    rows: Sequence[ReadingRow], facts: CustomerFacts, tariffs: Tariffs, *, due_days: int
) -> tuple[MeteredPeriod, str]:
    """Return the metered period of one bill's lines, and its fingerprint.

    The bill is computed once as a test. Raises :class:`BillingError` for lines that contradict each other or cannot
    be billed.
    """
    first = rows[0]
    if any(_common(row, due_days) != _common(first, due_days) for row in rows):
        raise BillingError("contradictory-lines", f"the lines of {first.customer_code} have different periods or dates")
    factors = {row.cos_phi for row in rows if row.cos_phi is not None}
    if len(factors) > 1:
        raise BillingError("contradictory-lines", f"the lines of {first.customer_code} have different cos phi")
    registers = [(row.meter_number, row.meter_register) for row in rows]
    if len(set(registers)) != len(registers):
        raise BillingError("twice", f"a register of {first.customer_code} is read twice for one bill")
    ordered = sorted(rows, key=lambda row: (row.meter_number, METER_REGISTERS.index(row.meter_register)))
    period = MeteredPeriod(
        customer_code=first.customer_code,
        year=first.year,
        month=first.month,
        cycle=first.cycle,
        period_from=first.period_from,
        period_to=first.period_to,
        due_date=first.due(due_days),
        readings=tuple(_reading(row, facts) for row in ordered),
        cut_days=_cut_days(first),
        cut_from=first.cut_from,
        cut_to=first.cut_to,
        cos_phi=next(iter(factors), None),
        final=any(row.final for row in rows),
    )
    require_billable(period, facts, tariffs)
    return period, fingerprint_of(period)


def require_billable(period: MeteredPeriod, facts: CustomerFacts, tariffs: Tariffs) -> None:
    """Compute the bill of a period as a test; raise :class:`BillingError` where there is none."""
    make_bill(period, facts, tariffs, bill_id=_NO_BILL, issued_at=datetime.combine(period.period_to, _NOON))


def _common(row: ReadingRow, due_days: int) -> tuple[object, ...]:
    """Return what must be the same on all lines of a bill."""
    return row.period_from, row.period_to, _cut_days(row), row.cut_from, row.cut_to, row.due(due_days)


def _cut_days(row: ReadingRow) -> int:
    """Return the days without supply, where their dates are not known."""
    return 0 if row.cut_from else row.cut_days


def _reading(row: ReadingRow, facts: CustomerFacts) -> RegisterReading:
    """Return a reading with the constants of its meter: named in the line, or those of the customer's present meter."""
    meter = facts.meter
    multiplier, digits = row.multiplier, row.digits
    if multiplier is None or digits is None:
        if meter is None or meter.meter_number != row.meter_number:
            raise BillingError(
                "unknown-meter",
                f"{row.meter_number} is not the meter of {row.customer_code}: give its multiplier and digits",
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
        change_readings=row.change_reading,
        estimated=row.estimated,
    )


def fingerprint_of(period: MeteredPeriod) -> str:
    """Return what two imports of the same readings share; the meter's constants belong to the contract, not to it."""
    bare = replace(period, readings=tuple(replace(item, multiplier=1, digits=1) for item in period.readings))
    content = asdict(bare)
    # What earlier versions did not know is left out where it says nothing: the same readings stay the same.
    if not period.final:
        del content["final"]
    for item in content["readings"]:
        if not item["estimated"]:
            del item["estimated"]
    return hashlib.sha256(json.dumps(content, default=str, sort_keys=True).encode()).hexdigest()
