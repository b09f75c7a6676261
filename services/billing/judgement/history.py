"""What is known of meters and customers before a reading is judged. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from services.billing.bills.metered_period import MeteredPeriod

LOOKED_BACK = timedelta(days=190)
"""Holds the last three periods of whoever is billed at least every other month."""


@dataclass(frozen=True, slots=True)
class PastReading:
    """What a register showed in a period that is stored, or that stands before in the same file."""

    customer_code: str
    period_from: date
    period_to: date
    old_reading: int
    new_reading: int
    kwh: int
    days: int
    """With supply."""
    estimated: bool = False
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class PastUse:
    """What a customer used in a period, all meters together."""

    year: int
    month: int
    period_from: date
    period_to: date
    kwh: int
    days: int
    """With supply."""


@dataclass(slots=True)
class History:
    """What is known of some customers and their meters; each period that is judged is added to it."""

    readings: dict[tuple[str, str], list[PastReading]] = field(default_factory=lambda: defaultdict(list))
    """By meter and register, whoever's it was."""
    uses: dict[str, list[PastUse]] = field(default_factory=lambda: defaultdict(list))
    """By customer; held ones are no measure of what is usual."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """Whose present meter a meter is by the contract, of those that are read for somebody else."""

    def add(self, period: MeteredPeriod, *, is_held: bool) -> None:
        """Let a judged period count for those that follow."""
        days = days_with_supply(period)
        for reading in period.readings:
            self.readings[reading.meter_number, reading.meter_register].append(
                PastReading(
                    period.customer_code,
                    period.period_from,
                    period.period_to,
                    reading.old_reading,
                    reading.new_reading,
                    reading.kwh,
                    days,
                    reading.estimated,
                    is_held,
                )
            )
        if not is_held:
            self.uses[period.customer_code].append(
                PastUse(
                    period.year,
                    period.month,
                    period.period_from,
                    period.period_to,
                    sum(reading.kwh for reading in period.active_readings),
                    days,
                )
            )

    def before(self, meter: tuple[str, str], day: date) -> PastReading | None:
        """Return the last reading of a register in a period that ended before a day."""
        earlier = [past for past in self.readings.get(meter, ()) if past.period_to < day]
        return max(earlier, key=lambda past: past.period_to, default=None)

    def after(self, meter: tuple[str, str], day: date) -> PastReading | None:
        """Return the first reading of a register in a period that began after a day."""
        later = [past for past in self.readings.get(meter, ()) if past.period_from > day]
        return min(later, key=lambda past: past.period_from, default=None)

    def of_others(self, meter: tuple[str, str], period: MeteredPeriod) -> Iterator[PastReading]:
        """Yield the readings of a register for other customers on days of a period."""
        for past in self.readings.get(meter, ()):
            if (
                past.customer_code != period.customer_code
                and past.period_from <= period.period_to
                and period.period_from <= past.period_to
            ):
                yield past

    def recent(self, customer_code: str, day: date, most: int) -> list[PastUse]:
        """Return a customer's last periods that ended before a day, the latest first."""
        earlier = [use for use in self.uses.get(customer_code, ()) if use.period_to < day]
        return sorted(earlier, key=lambda use: use.period_to, reverse=True)[:most]

    def last_year(self, period: MeteredPeriod) -> list[PastUse]:
        """Return what the customer used in the same month of last year."""
        return [
            use
            for use in self.uses.get(period.customer_code, ())
            if use.month == period.month and use.year == period.year - 1
        ]

    def was_read_for(self, meter_number: str, customer_code: str, registers: Iterable[str]) -> bool:
        """Return whether a meter was read for a customer before."""
        return any(
            past.customer_code == customer_code
            for register in registers
            for past in self.readings.get((meter_number, register), ())
        )


def days_with_supply(period: MeteredPeriod) -> int:
    """Return the days of a period on which the customer could use electricity; 1 at least."""
    days = (period.period_to - period.period_from).days + 1
    cut = period.cut_days
    if period.cut_from and period.cut_to:
        first, last = max(period.cut_from, period.period_from), min(period.cut_to, period.period_to)
        cut = max(0, (last - first).days + 1)
    return max(1, days - cut)
