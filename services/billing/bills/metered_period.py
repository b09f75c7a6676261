"""Readings of a metered period → what the billing engine is asked. Pure.

Registers (BCS): KT one price, BT normal, CD peak, TD off-peak, VC reactive (kVArh).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from services.billing.engine import BillRequest, ChangeReading, Consumption, Cut
from services.billing.engine.meter import kwh_from_readings
from services.billing.errors import BillingError
from services.billing.tariffs.models import Tariffs
from shared.contracts.uses import BadHouseholdsError, BadUsesError, Households, Use, Uses

ONE_PRICE, REACTIVE = "KT", "VC"
TIME_OF_USE = ("BT", "CD", "TD")
"""Registers by time of use in the order of the engine: normal, peak, off-peak."""
METER_REGISTERS = (ONE_PRICE, *TIME_OF_USE, REACTIVE)
_SETS_OF_REGISTERS = ({ONE_PRICE}, set(TIME_OF_USE))


@dataclass(frozen=True, slots=True)
class RegisterReading:
    """Old and new reading of one register of one meter."""

    meter_number: str
    meter_register: str
    old_reading: int
    new_reading: int
    multiplier: int
    digits: int
    change_readings: tuple[int, ...] = ()
    """What the register showed on the days of price changes inside the period."""
    estimated: bool = False
    """Nobody has read the new reading."""

    @property
    def kwh(self) -> int:
        """What passed through (kVArh for VC); raises :class:`BillingError`."""
        return kwh_from_readings(self.old_reading, self.new_reading, multiplier=self.multiplier, digits=self.digits)

    def until(self, reading: int) -> int:
        """Return what had passed through when the register showed ``reading``."""
        return kwh_from_readings(self.old_reading, reading, multiplier=self.multiplier, digits=self.digits)


@dataclass(frozen=True, slots=True)
class MeteredPeriod:
    """Everything that was read for one bill."""

    customer_code: str
    year: int
    month: int
    cycle: int
    period_from: date
    period_to: date
    due_date: date
    readings: tuple[RegisterReading, ...]
    cut_days: int = 0
    cut_from: date | None = None
    cut_to: date | None = None
    cos_phi: Decimal | None = None
    final: bool = False
    """The last one of a contract."""

    @property
    def active_readings(self) -> tuple[RegisterReading, ...]:
        """The readings of kWh, without reactive power."""
        return tuple([reading for reading in self.readings if reading.meter_register != REACTIVE])


def bill_request(
    period: MeteredPeriod,
    price_group: Uses,
    households: Households,
    tariffs: Tariffs,
    *,
    invoice_date: date | None = None,
) -> BillRequest:
    """Return what the engine is asked for a period; raise :class:`BillingError` for what cannot be billed."""
    try:
        uses, number_of_households = price_group.parts, households.number
    except (BadUsesError, BadHouseholdsError) as error:
        raise BillingError(error.slug, f"the contract cannot be billed: {error}") from None
    by_register = _has_prices_by_register(tariffs, uses)
    used = [(reading, reading.kwh) for reading in period.active_readings]
    registers = {reading.meter_register for reading, _ in used}
    if registers not in _SETS_OF_REGISTERS:
        raise BillingError("bad-registers", f"registers {sorted(registers)}: there must be KT, or BT, CD and TD")
    if period.cut_from and period.cut_to:
        cuts: tuple[Cut, ...] = (Cut(period.cut_from, period.cut_to),)
    else:
        cuts = ()
    return BillRequest(
        period.period_from,
        period.period_to,
        uses,
        _consumption(used, by_register=by_register),
        number_of_households,
        period.cos_phi if period.cos_phi is not None else _cos_phi(period, used),
        cuts,
        0 if cuts else period.cut_days,
        _change_readings(period, [reading for reading, _ in used], tariffs, by_register=by_register),
        invoice_date,
    )


@lru_cache(maxsize=1024)
def _has_prices_by_register(tariffs: Tariffs, uses: tuple[Use, ...]) -> bool:
    return any(tariffs.group(use.group).by_register for use in uses)


def _consumption(used: Sequence[tuple[RegisterReading, int]], *, by_register: bool) -> Consumption:
    """Add up meters; a meter with registers behind a group with one price counts as one register."""
    if used[0][0].meter_register == ONE_PRICE or not by_register:
        return Consumption(used[0][1] if len(used) == 1 else sum(kwh for _, kwh in used))
    sums = dict.fromkeys(TIME_OF_USE, 0)
    for reading, kwh in used:
        sums[reading.meter_register] += kwh
    return Consumption.of_registers(*(sums[register] for register in TIME_OF_USE))


def _change_readings(
    period: MeteredPeriod, active: Sequence[RegisterReading], tariffs: Tariffs, *, by_register: bool
) -> tuple[ChangeReading, ...]:
    if not any(reading.change_readings for reading in active):
        return ()
    changes = tariffs.decisions_between(period.period_from, period.period_to)[1:]
    if any(len(reading.change_readings) != len(changes) for reading in active):
        raise BillingError(
            "bad-change-reading", f"{len(changes)} prices change in the period: every register needs as many readings"
        )
    return tuple(
        ChangeReading(
            decision.in_force_from,
            _consumption(
                [(reading, reading.until(reading.change_readings[place])) for reading in active],
                by_register=by_register,
            ),
        )
        for place, decision in enumerate(changes)
    )


def _cos_phi(period: MeteredPeriod, used: Sequence[tuple[RegisterReading, int]]) -> Decimal | None:
    """Return the power factor from active and reactive energy, two decimals; None without a reactive register."""
    if len(used) == len(period.readings):
        return None
    reactive = sum(reading.kwh for reading in period.readings if reading.meter_register == REACTIVE)
    active = sum(kwh for _, kwh in used)
    if reactive == 0 or active == 0:
        return None
    apparent = Decimal(active * active + reactive * reactive).sqrt()
    return max(Decimal("0.01"), (active / apparent).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))
