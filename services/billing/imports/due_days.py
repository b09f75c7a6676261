"""When a bill is due whose readings do not say it. Pure; the rules of units lie beside it as dated YAML."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import Field

from shared.dated_rules import DatedRule, rule_in_force


class DueRule(DatedRule):
    """How long units give to pay. Holds for periods that end from its day on."""

    days: int = Field(ge=0, le=90)


USUAL = DueRule(in_force_from=date.min, days=10)


@dataclass(frozen=True, slots=True)
class DueDays:
    """How long there is to pay the bills of one import."""

    rules: Sequence[DueRule] = ()
    of_all: int | None = None
    """What whoever imports says for all of them; None: what the rules say."""

    def of(self, unit_code: str, period_to: date) -> int:
        """Return the days after a period's last one until its bill is due."""
        if self.of_all is not None:
            return self.of_all
        return rule_in_force(self.rules, unit_code, period_to, default=USUAL).days
