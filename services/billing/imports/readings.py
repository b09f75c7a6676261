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
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from services.billing.bills.metered_period import METER_REGISTERS, MeteredPeriod, RegisterReading, bill_request
from services.billing.bills.reading_line import ReadingLine
from services.billing.engine import compute_bill
from services.billing.errors import BillingError
from services.billing.imports.due_days import DueDays
from services.billing.judgement.contract import Contract
from services.billing.tariffs.models import Tariffs
from shared.contracts.common import CustomerCode, MeterNumber
from shared.csv_files import PLAINLY, BadCellError, BadLine, ImportOptions, Remark, Row
from shared.csv_files.cells import Day, Fraction, Whole, Wholes, YesOrNo, between, one_of
from shared.csv_files.identity import Code, PlainSigns
from shared.csv_files.rows import Data, RowReader

READINGS = "readings.csv"

_MOST_TESTS = 20_000
"""Bills that are remembered as computed."""
_VALUES = attrgetter(
    *("change_reading" if field == "change_readings" else field for field in ReadingLine._fields if field != "line")
)


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


class ReadingsFile:
    """The lines of a readings file one after the other; what is wrong in it is known when they have ended."""

    def __init__(self, data: Data, *, name: str = READINGS, options: ImportOptions = PLAINLY) -> None:
        self._reader = RowReader(name, data, ReadingRow, convert_legacy=options.convert_legacy)

    @property
    def bad(self) -> list[BadLine]:
        """What is wrong in it, in the order of the lines."""
        return self._reader.bad

    @property
    def remarks(self) -> list[Remark]:
        """What was read otherwise than it is written."""
        return self._reader.remarks

    @property
    def bad_cells(self) -> Mapping[int, Mapping[str, str]]:
        """What stands in the columns of bad lines."""
        return self._reader.bad_cells

    @property
    def is_broken(self) -> bool:
        """Whether the file as a whole, or its rest, could not be read."""
        return self._reader.is_broken

    def __iter__(self) -> Iterator[ReadingLine]:
        """Yield the lines that can be read."""
        for line, row, _ in self._reader:
            yield ReadingLine(line, *_VALUES(row))


def shared_meters(lines: Sequence[ReadingLine]) -> Iterator[tuple[ReadingLine, str]]:
    """Yield those of a meter's lines that are read for two customers on the same days, with a message for each."""
    for line in lines:
        other = next((other for other in lines if _same_days(line, other)), None)
        if other is not None:
            both = f"{line.customer_code} and, in line {other.line}, for {other.customer_code}"
            yield line, f"{line.meter_number} is read for {both}"


def _same_days(one: ReadingLine, other: ReadingLine) -> bool:
    return (
        one.customer_code != other.customer_code
        and one.period_from <= other.period_to
        and other.period_from <= one.period_to
    )


def require_billable(period: MeteredPeriod, facts: Contract, tariffs: Tariffs) -> None:
    """Compute the bill of a period as a test; raise :class:`BillingError` where there is none."""
    BillTest(tariffs).require(period, facts)


class BillTest:
    """Computes bills as a test. What was asked before is not computed again: households of a month are much alike."""

    def __init__(self, tariffs: Tariffs) -> None:
        self._tariffs = tariffs
        self._passed: set[object] = set()

    def require(self, period: MeteredPeriod, facts: Contract) -> None:
        """Raise :class:`BillingError` where a period makes no bill."""
        asked = _asked_of(period, facts)
        if asked in self._passed:
            return
        request = bill_request(
            period, facts.price_group, facts.households, self._tariffs, invoice_date=period.period_to
        )
        if asked is None:
            asked = request
            if asked in self._passed:
                return
        compute_bill(request, self._tariffs)
        if len(self._passed) >= _MOST_TESTS:
            self._passed.clear()
        self._passed.add(asked)


def _asked_of(period: MeteredPeriod, facts: Contract) -> object:
    """Return all that a bill of a period is computed from, to be looked up in a set; None where that is more.

    Making the request, which asks for the same, takes longer than all else that is done for a line.
    """
    used = []
    try:
        for reading in period.readings:
            if reading.change_readings:
                return None
            used.append((reading.meter_register, reading.kwh))
    except BillingError:  # the request says so, behind what else may be wrong
        return None
    days = period.period_from, period.period_to, period.cut_days, period.cut_from, period.cut_to
    return (facts.price_group, facts.households, period.cos_phi, *days, *used)


def assemble(
    rows: Sequence[ReadingLine], facts: Contract, test: BillTest, *, due_days: DueDays
) -> tuple[MeteredPeriod, str]:
    """Return the metered period of one bill's lines, and its fingerprint.

    The bill is computed as a ``test``. Raises :class:`BillingError` for lines that contradict each other or cannot
    be billed.
    """
    first = rows[0]
    if len(rows) > 1:
        _require_one_period(rows, facts.unit.unit_code, due_days)
    factors = {row.cos_phi for row in rows if row.cos_phi is not None}
    if len(factors) > 1:
        raise BillingError("contradictory-lines", f"the lines of {first.customer_code} have different cos phi")
    ordered = sorted(rows, key=lambda row: (row.meter_number, METER_REGISTERS.index(row.meter_register)))
    period = MeteredPeriod(
        customer_code=first.customer_code,
        year=first.year,
        month=first.month,
        cycle=first.cycle,
        period_from=first.period_from,
        period_to=first.period_to,
        due_date=_due(first, facts.unit.unit_code, due_days),
        readings=tuple(_reading(row, facts) for row in ordered),
        cut_days=_cut_days(first),
        cut_from=first.cut_from,
        cut_to=first.cut_to,
        cos_phi=next(iter(factors), None),
        final=any(row.final for row in rows),
    )
    test.require(period, facts)
    return period, fingerprint_of(period)


def _due(row: ReadingLine, unit_code: str, due_days: DueDays) -> date:
    return row.due(due_days.of(unit_code, row.period_to))


def _require_one_period(rows: Sequence[ReadingLine], unit_code: str, due_days: DueDays) -> None:
    first = rows[0]
    common = _common(first, unit_code, due_days)
    if any(_common(row, unit_code, due_days) != common for row in rows):
        raise BillingError("contradictory-lines", f"the lines of {first.customer_code} have different periods or dates")
    registers = {(row.meter_number, row.meter_register) for row in rows}
    if len(registers) != len(rows):
        raise BillingError("twice", f"a register of {first.customer_code} is read twice for one bill")


def _common(row: ReadingLine, unit_code: str, due_days: DueDays) -> tuple[object, ...]:
    """Return what must be the same on all lines of a bill."""
    return row.period_from, row.period_to, _cut_days(row), row.cut_from, row.cut_to, _due(row, unit_code, due_days)


def _cut_days(row: ReadingLine) -> int:
    """Return the days without supply, where their dates are not known."""
    return 0 if row.cut_from else row.cut_days


def _reading(row: ReadingLine, facts: Contract) -> RegisterReading:
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
        change_readings=tuple(row.change_readings),
        estimated=row.estimated,
    )


def fingerprint_of(period: MeteredPeriod) -> str:
    """Return what two imports of the same readings share; the meter's constants belong to the contract, not to it.

    It is the digest of the period as JSON with sorted keys. What earlier versions did not know (``final``,
    ``estimated``) is left out where it says nothing: the same readings stay the same.
    """
    readings = ", ".join(map(_as_json, period.readings))
    final = '"final": true, ' if period.final else ""
    content = (
        f'{{"cos_phi": {_quoted(period.cos_phi)}, "customer_code": {_quoted(period.customer_code)}, '
        f'"cut_days": {period.cut_days}, "cut_from": {_quoted(period.cut_from)}, "cut_to": {_quoted(period.cut_to)}, '
        f'"cycle": {period.cycle}, "due_date": "{period.due_date}", {final}"month": {period.month}, '
        f'"period_from": "{period.period_from}", "period_to": "{period.period_to}", "readings": [{readings}], '
        f'"year": {period.year}}}'
    )
    return hashlib.sha256(content.encode()).hexdigest()


def _as_json(reading: RegisterReading) -> str:
    changes = ", ".join(map(str, reading.change_readings))
    estimated = '"estimated": true, ' if reading.estimated else ""
    return (
        f'{{"change_readings": [{changes}], "digits": 1, {estimated}"meter_number": {_quoted(reading.meter_number)}, '
        f'"meter_register": "{reading.meter_register}", "multiplier": 1, "new_reading": {reading.new_reading}, '
        f'"old_reading": {reading.old_reading}}}'
    )


def _quoted(value: object) -> str:
    return "null" if value is None else json.dumps(str(value))
