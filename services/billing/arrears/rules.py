"""What units ask for beside electricity, by day. Pure; the rules lie beside it as dated YAML."""

from collections.abc import Sequence
from datetime import date
from typing import Self

from pydantic import Field, model_validator

from shared.contracts.billing import ChargeKind
from shared.contracts.uses import Uses
from shared.dated_rules import DatedRule, rule_in_force
from shared.problems import InvalidRequest


class NoFee(InvalidRequest):
    """This kind of charge is no fee."""

    slug = "not-a-fee"
    title = "This is no fee"
    usual_detail = "Đây không phải là một loại phí."


class FeeRule(DatedRule):
    """What is asked for beside electricity. Amounts in đồng before VAT; 0: nothing is charged."""

    reconnection_household: int = Field(ge=0, le=100_000_000)
    reconnection_other: int = Field(ge=0, le=100_000_000)
    basis: str = Field(max_length=60)
    """The text that a bill of it names."""
    days_to_pay: int = Field(default=10, ge=0, le=90)

    @model_validator(mode="after")
    def _names_a_basis(self) -> Self:
        if (self.reconnection_household or self.reconnection_other) and not self.basis:
            raise ValueError("a fee names its basis")
        return self

    def amount_for(self, kind: ChargeKind, price_group: Uses) -> int:
        """Return the fee in đồng before VAT; 0: nothing is charged. Raises :class:`NoFee`."""
        if kind is not ChargeKind.RECONNECTION_FEE:
            raise NoFee
        return self.reconnection_household if price_group.has_households else self.reconnection_other


NO_FEES = FeeRule(in_force_from=date.min, reconnection_household=0, reconnection_other=0, basis="")


def fees_in_force(rules: Sequence[FeeRule], unit_code: str, day: date) -> FeeRule:
    """Return what a unit asks for on a day; nothing where no rule says so."""
    return rule_in_force(rules, unit_code, day, default=NO_FEES)
