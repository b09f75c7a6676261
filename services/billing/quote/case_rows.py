"""A row of a file of consumption → what the engine is asked. The columns are described in :mod:`.quote_rows`."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from services.billing.engine import BillRequest, ChangeReading, Consumption, Cut
from services.billing.engine.meter import kwh_from_readings
from services.billing.errors import BillingError
from services.billing.tariffs.models import REGISTERS, Decision, Tariffs
from shared.contracts.uses import BadUsesError, Uses
from shared.csv_files import Row
from shared.csv_files.cells import Day, Fraction, Number, Whole, Wholes


class CaseRow(Row):
    """A row of the file."""

    optional_columns = frozenset(
        {"id", "households", "kwh", "normal", "peak", "off_peak", "cos_phi"}
        | {"old_reading", "new_reading", "multiplier", "meter_digits", "cut_days", "cut_from", "cut_to"}
        | {"invoice_date"}
        | {"change_reading_kwh", "change_normal", "change_peak", "change_off_peak"}
    )

    id: str = ""
    period_from: Day | None = None
    period_to: Day | None = None
    price_group: Uses
    households: Number | None = None
    kwh: Whole | None = None
    normal: Whole | None = None
    peak: Whole | None = None
    off_peak: Whole | None = None
    cos_phi: Fraction | None = None
    old_reading: Whole | None = None
    new_reading: Whole | None = None
    multiplier: Whole = 1
    meter_digits: Whole | None = None
    cut_days: Whole = 0
    cut_from: Day | None = None
    cut_to: Day | None = None
    invoice_date: Day | None = None
    change_reading_kwh: Wholes = ()
    change_normal: Wholes = ()
    change_peak: Wholes = ()
    change_off_peak: Wholes = ()


def request_of(row: CaseRow, tariffs: Tariffs, default_period: tuple[date, date] | None = None) -> BillRequest:
    """Return the bill request of a row; raise :class:`BillingError` for what is wrong."""
    if default_period and row.period_from is None and row.period_to is None:
        first, last = default_period
    else:
        first, last = _given(row.period_from, "period_from"), _given(row.period_to, "period_to")
    try:
        uses = row.price_group.parts
    except BadUsesError as error:
        raise BillingError(error.slug, f"price_group {error}") from None
    consumption = _consumption(row)
    cuts: tuple[Cut, ...] = ()
    if row.cut_from or row.cut_to:
        cuts = (Cut(_given(row.cut_from, "cut_from"), _given(row.cut_to, "cut_to")),)
    return BillRequest(
        period_from=first,
        period_to=last,
        uses=uses,
        consumption=consumption,
        households=_households(row),
        cos_phi=row.cos_phi,
        cuts=cuts,
        cut_days=row.cut_days,
        change_readings=_change_readings(row, consumption, tariffs.decisions_between(first, last)[1:]),
        invoice_date=row.invoice_date,
    )


def _given(day: date | None, column: str) -> date:
    if day is None:
        raise BillingError("missing-field", f"{column} is empty")
    return day


def _consumption(row: CaseRow) -> Consumption:
    by_readings = _kwh_of_readings(row)
    if row.kwh is not None and by_readings is not None and row.kwh != by_readings:
        raise BillingError("contradictory-kwh", f"kwh is {row.kwh} but the readings give {by_readings}")
    kwh = by_readings if row.kwh is None else row.kwh
    registers = (row.normal, row.peak, row.off_peak)
    if all(value is None for value in registers):
        if kwh is None:
            raise BillingError("missing-field", "kwh and the registers are empty")
        return Consumption(kwh)
    normal, peak, off_peak = registers
    if normal is None or peak is None or off_peak is None:
        raise BillingError("missing-field", f"a meter with time of use needs all of {', '.join(REGISTERS)}")
    consumption = Consumption.of_registers(normal, peak, off_peak)
    if kwh is not None and kwh != consumption.total:
        raise BillingError("contradictory-kwh", f"kwh is {kwh} but the registers add up to {consumption.total}")
    return consumption


def _kwh_of_readings(row: CaseRow) -> int | None:
    if row.old_reading is None and row.new_reading is None:
        return None
    if row.old_reading is None or row.new_reading is None:
        raise BillingError("missing-field", "old_reading and new_reading go together")
    return kwh_from_readings(row.old_reading, row.new_reading, multiplier=row.multiplier, digits=row.meter_digits)


def _change_readings(row: CaseRow, consumption: Consumption, changes: Sequence[Decision]) -> tuple[ChangeReading, ...]:
    columns: Sequence[tuple[int, ...]] = [row.change_reading_kwh]
    if consumption.by_register is not None:
        columns = [row.change_normal, row.change_peak, row.change_off_peak]
    if not any(columns):
        return ()
    if any(len(column) != len(changes) for column in columns):
        raise BillingError("bad-change-reading", f"{len(changes)} prices change in the period: give as many readings")
    return tuple(
        ChangeReading(decision.in_force_from, consumption.like(values))
        for decision, values in zip(changes, zip(*columns, strict=True), strict=True)
    )


def _households(row: CaseRow) -> Decimal:
    if row.households is not None:
        return row.households
    if row.price_group.has_households:
        raise BillingError("missing-field", "households is empty")
    return Decimal(1)
