"""Where a part of what is owed may be paid in cash. Pure."""

from collections.abc import Sequence
from datetime import date

from pydantic import Field

from shared.dated_rules import DatedRule, rule_in_force


class PartPaymentRule(DatedRule):
    """Whether collectors offer to take a part of what is owed, and the smallest one."""

    allowed: bool
    least: int = Field(default=1_000, ge=1_000, le=10_000_000)
    """đồng."""


WHOLE_BILLS = PartPaymentRule(in_force_from=date.min, allowed=False)


def least_part_in_force(rules: Sequence[PartPaymentRule], unit_code: str, day: date) -> int | None:
    """Return the smallest part that a unit allows on a day, in đồng; None where only whole bills are paid."""
    rule = rule_in_force(rules, unit_code, day, default=WHOLE_BILLS)
    return rule.least if rule.allowed else None
