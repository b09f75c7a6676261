"""What a collector asks for in cash where no notes make up the exact amount. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class RoundingRule:
    """To which whole amount cash is rounded up; what is above the debt is kept as the customer's credit."""

    in_force_from: date = date.min
    units: frozenset[str] = frozenset()
    """The units that it is for; empty: all that have none of their own."""
    step: int = 1
    """đồng; 1 is exact."""


EXACT = RoundingRule()


def step_in_force(rules: Sequence[RoundingRule], unit_code: str, day: date) -> int:
    """Return the step of a unit on a day: its own rule before that for all, the latest before earlier ones."""
    in_force = [rule for rule in rules if rule.in_force_from <= day and (not rule.units or unit_code in rule.units)]
    return max(in_force, key=lambda rule: (bool(rule.units), rule.in_force_from), default=EXACT).step
