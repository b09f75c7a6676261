"""Meter readings of whole months, with the odd roll-over, cut supply and new connection."""

import datetime as dt
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass

from simulation.sample.customers import SampleCustomer
from simulation.sample.randomness import SeededRandom

_SPLIT = (("BT", 0.55), ("CD", 0.2), ("TD", 0.25))
"""Registers by time of use and their share of the kWh: normal, peak, off-peak."""


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month."""

    year: int
    month: int

    @classmethod
    def before(cls, day: dt.date) -> "Month":
        """Return the last month that was over on ``day``."""
        return cls(day.year, day.month).back(1)

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read ``2026-10``. Raises ``ValueError``."""
        first = dt.date.fromisoformat(f"{text}-01")
        return cls(first.year, first.month)

    def back(self, months: int) -> "Month":
        """Return the month so many months earlier."""
        index = self.year * 12 + self.month - 1 - months
        return Month(index // 12, index % 12 + 1)

    @property
    def first(self) -> dt.date:
        """Return the first day."""
        return dt.date(self.year, self.month, 1)

    @property
    def last(self) -> dt.date:
        """Return the last day."""
        return dt.date(self.year, self.month, monthrange(self.year, self.month)[1])


def installed_on(customer: SampleCustomer, last_month: Month) -> dt.date:
    """Return the day on which the customer's meter was installed."""
    spread = sum(map(ord, customer.meter_number))
    if customer.is_new:
        return last_month.first + dt.timedelta(days=2 + spread % 18)
    return dt.date(min(customer.installed_year, last_month.year - 1), 1 + spread % 12, 1 + spread % 28)


def readings_of(customer: SampleCustomer, months: list[Month], seed: int) -> Iterator[tuple[object, ...]]:
    """Yield the rows of ``readings.csv`` of one customer, the earliest month first."""
    rng = SeededRandom(seed, "readings", customer.meter_number)
    registers = _SPLIT if customer.by_time_of_use else (("KT", 1.0),)
    limit = 10**customer.digits
    dials = {register: rng.below(limit) for register, _ in registers}
    cos_phi = f"0.{rng.between(78, 97)}" if customer.by_time_of_use and "production" in customer.price_group else ""
    for month in months:
        start = month.first
        if customer.is_new:
            start = installed_on(customer, months[-1])
            if month != months[-1]:
                continue
            dials = dict.fromkeys(dials, 0)
        cut_days = rng.between(3, 10) if customer.usual_kwh and rng.chance(0.003) else 0
        days = (month.last - start).days + 1
        kwh = customer.usual_kwh * max(0.2, 1 + 0.15 * rng.bell()) * max(1, days - cut_days) / 30
        due = month.last + dt.timedelta(days=10 + customer.place_in_route % 3)
        for register, share in registers:
            old = dials[register]
            new = dials[register] = (old + round(kwh * share / customer.multiplier)) % limit
            yield (
                customer.customer_code, customer.meter_number, register, 1, month.month, month.year,
                start, month.last, old, new, cut_days, cos_phi, due,
            )  # fmt: skip
