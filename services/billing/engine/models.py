"""What goes into a bill and what comes out: plain frozen values. kWh and đồng are whole numbers."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from services.billing.errors import BillingError
from services.billing.tariffs.models import REGISTERS, Decision, PriceGroup, Register
from shared.contracts.uses import Use

LineKind = Literal["tier", "register", "single", "reactive"]


@dataclass(frozen=True, slots=True)
class Consumption:
    """kWh of a period: ``total``, and the part of each register when the meter has registers by time of use."""

    total: int
    by_register: tuple[int, int, int] | None = None
    """Normal, peak and off-peak kWh (the order of ``REGISTERS``), adding up to ``total``."""

    @classmethod
    def of_registers(cls, normal: int, peak: int, off_peak: int) -> "Consumption":
        """Return the consumption of a meter with three registers."""
        return cls(normal + peak + off_peak, (normal, peak, off_peak))

    def register(self, register: Register) -> int:
        """Return the kWh of one register; raise ``registers-missing`` for a meter without registers."""
        if self.by_register is None:
            raise BillingError("registers-missing", "this consumption has no registers")
        return self.by_register[REGISTERS.index(register)]

    @property
    def amounts(self) -> tuple[int, ...]:
        """Return what a split has to keep: the kWh of each register, or the total alone."""
        return self.by_register or (self.total,)

    def like(self, amounts: tuple[int, ...]) -> "Consumption":
        """Return a consumption of the same kind (with or without registers) made of ``amounts``."""
        return Consumption.of_registers(*amounts) if self.by_register is not None else Consumption(amounts[0])

    def __sub__(self, other: "Consumption") -> "Consumption":
        return self.like(tuple(mine - its for mine, its in zip(self.amounts, other.amounts, strict=True)))

    def __add__(self, other: "Consumption") -> "Consumption":
        return self.like(tuple(mine + its for mine, its in zip(self.amounts, other.amounts, strict=True)))


@dataclass(frozen=True, slots=True)
class ChangeReading:
    """A real reading at a price change ("chốt chỉ số"): what was used from the start of the period until ``day``."""

    day: date
    """The first day of the new price."""
    used: Consumption


@dataclass(frozen=True, slots=True)
class Cut:
    """Days without supply, ``first`` and ``last`` included (from meter removal to re-installation)."""

    first: date
    last: date


class BillRequest(NamedTuple):
    """Everything that a bill depends on besides the tariffs. Both days belong to the period.

    A named tuple, as :class:`BillLine` is one.
    """

    period_from: date
    period_to: date
    uses: tuple[Use, ...]
    consumption: Consumption
    households: Decimal = Decimal(1)
    cos_phi: Decimal | None = None
    cuts: tuple[Cut, ...] = ()
    cut_days: int = 0
    """Days without supply when only their number is known."""
    change_readings: tuple[ChangeReading, ...] = ()
    invoice_date: date | None = None
    """The Vietnamese day on which the bill is issued; needed where VAT goes by it."""


@dataclass(frozen=True, slots=True)
class PricePart:
    """A part of the period under one price decision; ``supplied_days`` leaves out days without supply."""

    first: date
    last: date
    decision: Decision
    supplied_days: int
    months_until_end: Fraction
    """Months for which quotas count, from the start of the *period* to the end of this part."""


class BillLine(NamedTuple):
    """kWh at one price. For ``reactive`` lines kWh and unit price are 0 and ``percent`` is k.

    A named tuple: a run makes several for each bill, and a frozen dataclass takes three times as long to make.
    """

    kind: LineKind
    group: str
    tier: int | None
    register: Register | None
    first: date
    last: date
    decision: str
    kwh: int
    unit_price: int
    amount: int
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TierLimits:
    """Limits in kWh of every tier but the last, for one part of the period."""

    first: date
    last: date
    schedule: str
    kwh: tuple[int, ...]


class Bill(NamedTuple):
    """A computed bill. ``total`` = ``pre_vat`` + ``vat``; the amounts of ``lines`` add up to ``pre_vat``.

    A named tuple for the same reason as :class:`BillLine`.
    """

    period_from: date
    period_to: date
    days: int
    supplied_days: int
    month_days: int
    """Calendar days of the month of the first day (T of the quota rule)."""
    months: Fraction
    """What the tier widths were multiplied with, besides the households."""
    households: Decimal
    kwh: int
    groups: tuple[PriceGroup, ...]
    lines: tuple[BillLine, ...]
    limits: tuple[TierLimits, ...]
    cos_phi: Decimal | None
    pre_vat: int
    vat_percent: Decimal
    vat: int
    total: int
