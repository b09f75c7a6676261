"""When a further ``cannot_pay`` is one on another occasion. Pure.

Nobody is sent to a collection point for one occasion: a button pressed twice, a corrected appointment, a second entry
of the same stay. What counts is when the server recorded each, never the phone's clock.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from pydantic import Field

from shared.clock import VIETNAM, business_day
from shared.dated_rules import DatedRule, rule_in_force


class OccasionRule(DatedRule):
    """How far apart two ``cannot_pay`` must be to count twice; both distances must be kept."""

    days_apart: int = Field(ge=0, le=60)
    """Calendar days in Vietnam."""
    hours_apart: int = Field(ge=0, le=24 * 60)

    def next_from(self, counted: datetime) -> datetime:
        """Return the first moment that is another occasion than ``counted``."""
        day = business_day(counted) + timedelta(days=self.days_apart)
        return max(
            counted + timedelta(hours=self.hours_apart),
            datetime.combine(day, time.min, VIETNAM) if self.days_apart else counted,
        )


DEFAULT = OccasionRule(in_force_from=date.min, days_apart=1, hours_apart=6)


def occasion_rule(rules: Sequence[OccasionRule], unit_code: str, day: date) -> OccasionRule:
    """Return the rule of a unit on a day."""
    return rule_in_force(rules, unit_code, day, default=DEFAULT)


def counted_occasions(moments: Iterable[datetime], rules: Sequence[OccasionRule], unit_code: str) -> list[datetime]:
    """Return the first moment of each occasion, in their order; ``moments`` in any order."""
    counted: list[datetime] = []
    for moment in sorted(moments):
        rule = occasion_rule(rules, unit_code, business_day(moment))
        if not counted or moment >= rule.next_from(counted[-1]):
            counted.append(moment)
    return counted
