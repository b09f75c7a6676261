"""A row of a CSV file of consumption → what the engine is asked. The columns are described in :mod:`.quote`."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from services.billing.engine import BillRequest, ChangeReading, Consumption, Cut, Use
from services.billing.engine.meter import kwh_from_readings
from services.billing.errors import BillingError
from services.billing.quote.cells import Row, date_cell, decimal_cell, whole_cell
from services.billing.tariffs.models import REGISTERS, Decision, Tariffs
from shared.contracts.uses import BadUsesError, Uses


def request_of(row: Row, tariffs: Tariffs, default_period: tuple[date, date] | None = None) -> BillRequest:
    """Return the bill request of a row (column → stripped text); raise :class:`BillingError` for what is wrong."""
    if default_period and not row["period_from"] and not row["period_to"]:
        first, last = default_period
    else:
        first, last = date_cell(row, "period_from"), date_cell(row, "period_to")
    uses = _uses(row)
    consumption = _consumption(row)
    cut_days = whole_cell(row, "cut_days") or 0
    cut_from, cut_to = row.get("cut_from", ""), row.get("cut_to", "")
    cuts = (Cut(date_cell(row, "cut_from"), date_cell(row, "cut_to")),) if cut_from or cut_to else ()
    return BillRequest(
        period_from=first,
        period_to=last,
        uses=uses,
        consumption=consumption,
        households=_households(row),
        cos_phi=decimal_cell(row, "cos_phi"),
        cuts=cuts,
        cut_days=cut_days,
        change_readings=_change_readings(row, consumption, tariffs.decisions_between(first, last)[1:]),
    )


def _uses(row: Row) -> tuple[Use, ...]:
    if not row["price_group"]:
        raise BillingError("missing-field", "price_group is empty")
    try:
        return Uses(row["price_group"]).parts
    except BadUsesError as error:
        raise BillingError(error.slug, f"price_group {error}") from None


def _consumption(row: Row) -> Consumption:
    kwh = whole_cell(row, "kwh")
    by_readings = _kwh_of_readings(row)
    if kwh is not None and by_readings is not None and kwh != by_readings:
        raise BillingError("contradictory-kwh", f"kwh is {kwh} but the readings give {by_readings}")
    kwh = by_readings if kwh is None else kwh
    given = [whole_cell(row, register) for register in REGISTERS]
    if all(value is None for value in given):
        if kwh is None:
            raise BillingError("missing-field", "kwh and the registers are empty")
        return Consumption(kwh)
    normal, peak, off_peak = given
    if normal is None or peak is None or off_peak is None:
        raise BillingError("missing-field", f"a meter with time of use needs all of {', '.join(REGISTERS)}")
    consumption = Consumption.of_registers(normal, peak, off_peak)
    if kwh is not None and kwh != consumption.total:
        raise BillingError("contradictory-kwh", f"kwh is {kwh} but the registers add up to {consumption.total}")
    return consumption


def _kwh_of_readings(row: Row) -> int | None:
    old, new = whole_cell(row, "old_reading"), whole_cell(row, "new_reading")
    if old is None and new is None:
        return None
    if old is None or new is None:
        raise BillingError("missing-field", "old_reading and new_reading go together")
    multiplier = whole_cell(row, "multiplier")
    digits = whole_cell(row, "meter_digits")
    return kwh_from_readings(old, new, multiplier=1 if multiplier is None else multiplier, digits=digits)


def _change_readings(row: Row, consumption: Consumption, changes: Sequence[Decision]) -> tuple[ChangeReading, ...]:
    names = ["change_reading_kwh"]
    if consumption.by_register is not None:
        names = [f"change_{register}" for register in REGISTERS]
    cells = [row.get(name, "") for name in names]
    if not any(cells):
        return ()
    columns = [
        [whole_cell({name: piece.strip()}, name) for piece in cell.split(";")]
        for name, cell in zip(names, cells, strict=True)
    ]
    if any(len(column) != len(changes) or None in column for column in columns):
        raise BillingError("bad-change-reading", f"{len(changes)} prices change in the period: give as many readings")
    rows = [tuple(kwh for kwh in values if kwh is not None) for values in zip(*columns, strict=True)]
    return tuple(
        ChangeReading(decision.in_force_from, consumption.like(values))
        for decision, values in zip(changes, rows, strict=True)
    )


def _households(row: Row) -> Decimal:
    households = decimal_cell(row, "households")
    if households is not None:
        return households
    if Uses(row["price_group"]).has_households:
        raise BillingError("missing-field", "households is empty")
    return Decimal(1)
