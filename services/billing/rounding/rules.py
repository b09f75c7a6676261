"""What a collector asks for in cash where no notes make up the exact amount. Pure."""

from collections.abc import Sequence
from datetime import date

from pydantic import Field

from shared.dated_rules import DatedRule, rule_in_force


class RoundingRule(DatedRule):
    """To which whole amount cash is rounded up; what is above the debt is kept as the customer's credit."""

    step: int = Field(ge=1, le=10_000)
    """đồng; 1 is exact."""


EXACT = RoundingRule(in_force_from=date.min, step=1)


def step_in_force(rules: Sequence[RoundingRule], unit_code: str, day: date) -> int:
    """Return the step of a unit on a day, in đồng."""
    return rule_in_force(rules, unit_code, day, default=EXACT).step
