"""Tariffs as dated data: price decisions, tier schedules, VAT, time of use, tenants, reactive power.

Pure: the figures come from the YAML files under ``data/`` through :mod:`services.billing.tariffs.files`.
Prices are whole đồng per kWh before VAT; tier widths are kWh per household and month.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from services.billing.errors import BillingError

GroupKind = Literal["tiers", "undeclared", "prepaid", "registers", "single"]
DecidingDay = Literal["period_to", "invoice_date"]
"""The day whose VAT rate a bill has: the last of its period, or that on which it is issued."""
DECIDING_DAYS: tuple[DecidingDay, ...] = ("period_to", "invoice_date")
Register = Literal["normal", "peak", "off_peak"]
REGISTERS: tuple[Register, ...] = ("normal", "peak", "off_peak")
"""Time-of-use registers of a meter (BT, CD, TD), in the order in which bills print them."""


@dataclass(frozen=True, slots=True)
class PriceGroup:
    """A purpose of use with its own price; ``kind`` is how its kWh become money."""

    name: str
    kind: GroupKind
    reactive: bool
    vi: str
    en: str
    line: str
    """The group on a line of a bill: Vietnamese, a few letters."""

    @property
    def by_register(self) -> bool:
        """Whether this group has prices by time of use."""
        return self.kind == "registers"


@dataclass(frozen=True, slots=True)
class Schedule:
    """Household tiers: ``widths`` has one entry fewer than there are tiers, the last one has no end."""

    name: str
    basis: str
    widths: tuple[int, ...]
    ratios: tuple[Decimal, ...]
    undeclared_tier: int


@dataclass(frozen=True, slots=True)
class Decision:
    """A price decision of the ministry and every price in it."""

    number: str
    in_force_from: date
    average_price: Decimal
    schedule: Schedule
    tier_prices: tuple[int, ...]
    prepaid_price: int
    register_prices: Mapping[str, Mapping[Register, int]]
    single_prices: Mapping[str, int]
    ratios: Mapping[str, tuple[Decimal, int]]
    """Every price that a ratio to the average price explains: what it is → (ratio, price)."""


@dataclass(frozen=True, slots=True)
class VatRate:
    """A rate of VAT in per cent and its first day."""

    since: date
    percent: Decimal
    basis: str


@dataclass(frozen=True, slots=True)
class DecidingDayRule:
    """Which day decides over VAT, for periods that end on ``since`` or later."""

    since: date
    day: DecidingDay
    basis: str


@dataclass(frozen=True, slots=True)
class ReactiveRule:
    """Reactive power money as a percentage of active energy money; keys of ``percents`` are cos φ with two decimals."""

    free_from: Decimal
    capped_below: Decimal
    cap_percent: Decimal
    percents: Mapping[Decimal, Decimal]

    def percent(self, cos_phi: Decimal) -> Decimal:
        """Return k in per cent for a cos φ of two decimals."""
        if cos_phi >= self.free_from:
            return Decimal(0)
        if cos_phi < self.capped_below:
            return self.cap_percent
        return self.percents[cos_phi]


@dataclass(frozen=True, slots=True)
class TimeOfUse:
    """Hours of each register as printed text, by kind of day; ``bills_from`` is None while bills do not use them."""

    name: str
    bills_from: date | None
    hours: Mapping[Register, Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of computation that are numbers."""

    people_per_household: int
    household_step: Decimal
    contract_months_for_own_tiers: int
    time_of_use_from_kva: int
    time_of_use_from_kwh: int
    reactive_from_kw: int
    reactive: ReactiveRule
    longest_period_days: int
    most_kwh: int
    most_households: int


@dataclass(frozen=True, slots=True, eq=False)
class Tariffs:
    """Everything that dates and price groups decide, sorted by first day.

    Equal only to itself, so that what is computed from it can be looked up by it; :meth:`digest` compares what it says.
    """

    decisions: tuple[Decision, ...]
    schedules: Mapping[str, Schedule]
    groups: Mapping[str, PriceGroup]
    aliases: Mapping[str, str]
    vat_rates: tuple[VatRate, ...]
    vat_deciding_days: tuple[DecidingDayRule, ...]
    time_of_use: tuple[TimeOfUse, ...]
    rules: Rules

    def digest(self) -> str:
        """Return what two sets of tariffs share only if they are the same."""
        return hashlib.sha256(repr(self).encode()).hexdigest()

    def group(self, name: str) -> PriceGroup:
        """Return the price group called ``name`` or one of its aliases; raise ``unknown-price-group``."""
        found = self.groups.get(name)
        if found is None:
            plain = name.strip().casefold().replace("-", "_").replace(" ", "_")
            found = self.groups.get(self.aliases.get(plain, plain))
        if found is None:
            raise BillingError("unknown-price-group", f"there is no price group {name!r}")
        return found

    def decisions_between(self, first: date, last: date) -> tuple[Decision, ...]:
        """Return the decision in force on ``first`` and those that start later, up to ``last``.

        Raises ``before-first-tariff`` when ``first`` is earlier than every decision.
        """
        start = bisect_right(self.decisions, first, key=lambda decision: decision.in_force_from)
        if start == 0:
            earliest = self.decisions[0].in_force_from
            raise BillingError("before-first-tariff", f"{first} is before the first known tariff ({earliest})")
        stop = bisect_right(self.decisions, last, key=lambda decision: decision.in_force_from)
        return self.decisions[start - 1 : stop]

    def deciding_day(self, period_to: date) -> DecidingDay:
        """Return which day decides over the VAT of a period, by its last day."""
        place = bisect_right(self.vat_deciding_days, period_to, key=lambda rule: rule.since)
        if place == 0:
            raise BillingError("before-first-tariff", f"{period_to} is before the first rule about the day of VAT")
        return self.vat_deciding_days[place - 1].day

    def vat_percent(self, period_to: date, invoice_date: date | None = None) -> Decimal:
        """Return the VAT rate of a bill in per cent: one for the whole bill, by its deciding day.

        ``invoice_date`` is the Vietnamese day on which the bill is issued; None where that is not known, which is
        refused (``invoice-date-missing``) only where it decides.
        """
        day = period_to
        if self.deciding_day(period_to) == "invoice_date":
            if invoice_date is None:
                raise BillingError("invoice-date-missing", "VAT goes by the day of the invoice: invoice_date is needed")
            day = invoice_date
        return self.vat_percent_on(day)

    def vat_percent_on(self, day: date) -> Decimal:
        """Return the VAT rate of a day in per cent."""
        place = bisect_right(self.vat_rates, day, key=lambda rate: rate.since)
        if place == 0:
            raise BillingError("before-first-tariff", f"{day} is before the first known VAT rate")
        return self.vat_rates[place - 1].percent
