"""Rules of the trade that differ by unit and by day. Pure; :mod:`shared.rule_files` reads them."""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.common import UnitCode


class DatedRule(BaseModel):
    """A rule that holds from its day on, until a later one of the same units; each kind adds what it rules."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    in_force_from: date = Field(validation_alias="from")
    units: frozenset[UnitCode] = frozenset()
    """The units that it is for; empty: all that have none of their own."""

    def scopes(self) -> set[str]:
        """Return for whom it is: two rules from one day on for the same are a mistake."""
        return set(self.units) or {"all"}


R = TypeVar("R", bound=DatedRule)


def rule_in_force(rules: Sequence[R], unit_code: str, day: date, *, default: R) -> R:
    """Return the rule of a unit on a day: its own before that for all, the latest before earlier ones."""
    in_force = [rule for rule in rules if rule.in_force_from <= day and (not rule.units or unit_code in rule.units)]
    return max(in_force, key=lambda rule: (bool(rule.units), rule.in_force_from), default=default)
