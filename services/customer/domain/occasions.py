"""When a further ``cannot_pay`` is one on another occasion. Pure.

Nobody is sent to a collection point for one occasion: a button pressed twice, a corrected appointment, a second entry
of the same stay. What counts is when the server recorded each, never what a phone says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from shared.clock import VIETNAM, business_day


@dataclass(frozen=True)
class OccasionRule:
    """How far apart two ``cannot_pay`` must be to count twice; both distances must be kept."""

    in_force_from: date = date.min
    units: frozenset[str] = frozenset()
    """The units that it is for; empty: all that have none of their own."""
    days_apart: int = 1
    """Calendar days in Vietnam."""
    hours_apart: int = 6

    def next_from(self, counted: datetime) -> datetime:
        """Return the first moment that is another occasion than ``counted``."""
        day = business_day(counted) + timedelta(days=self.days_apart)
        return max(
            counted + timedelta(hours=self.hours_apart),
            datetime.combine(day, time.min, VIETNAM) if self.days_apart else counted,
        )


DEFAULT = OccasionRule()


def rule_in_force(rules: Sequence[OccasionRule], unit_code: str, day: date) -> OccasionRule:
    """Return the rule of a unit on a day: its own before that for all, the latest before earlier ones."""
    in_force = [rule for rule in rules if rule.in_force_from <= day and (not rule.units or unit_code in rule.units)]
    return max(in_force, key=lambda rule: (bool(rule.units), rule.in_force_from), default=DEFAULT)


def counted_occasions(moments: Iterable[datetime], rules: Sequence[OccasionRule], unit_code: str) -> list[datetime]:
    """Return the first moment of each occasion, in their order; ``moments`` in any order."""
    counted: list[datetime] = []
    for moment in sorted(moments):
        rule = rule_in_force(rules, unit_code, business_day(moment))
        if not counted or moment >= rule.next_from(counted[-1]):
            counted.append(moment)
    return counted
