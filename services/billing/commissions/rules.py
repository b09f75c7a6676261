"""What collectors earn for receipts, by unit and day. Pure. Amounts are whole đồng."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import Field

from shared.dated_rules import DatedRule, rule_in_force


class CommissionRule(DatedRule):
    """What a receipt earns."""

    per_receipt: int = Field(ge=0, le=1_000_000)
    """đồng."""


NO_COMMISSION = CommissionRule(in_force_from=date.min, per_receipt=0)


@dataclass(frozen=True, slots=True)
class Commission:
    """What the receipts of one shift have earned, as it was settled."""

    per_receipt: int
    receipts: int
    """Those that stood then."""

    @property
    def amount(self) -> int:
        """What they come to."""
        return self.per_receipt * self.receipts


def commission_of(rules: Sequence[CommissionRule], unit_code: str, opened_on: date, receipts: int) -> Commission:
    """Return what the receipts of a shift earn: by the rule of its unit on the day of its opening."""
    rule = rule_in_force(rules, unit_code, opened_on, default=NO_COMMISSION)
    return Commission(rule.per_receipt, receipts)


def payable(commissions: Iterable[Commission], taken_back: Iterable[Commission]) -> int:
    """Return what settlements pay: what their receipts have earned, less what was earned before by receipts that were
    taken back since.

    ``taken_back``: of each such receipt the commission of its own shift, for one receipt.
    """
    return sum(each.amount for each in commissions) - sum(each.per_receipt for each in taken_back)
