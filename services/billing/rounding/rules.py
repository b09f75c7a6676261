"""What a collector asks for in cash where no notes make up the exact amount. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta

from pydantic import Field

from shared.client_times import AT_THE_DOOR
from shared.dated_rules import DatedRule, rule_in_force
from shared.money import format_dong
from shared.problems import Conflict


class CashNotRounded(Conflict):
    """Cash that is no whole multiple of the unit's step: the amounts that are lie in ``facts``."""

    slug = "cash-not-rounded"
    title = "The amount ignores the unit's rounding rule for cash"


class CashAboveDebt(Conflict):
    """Cash above what is asked for the bills that the payer saw."""

    slug = "cash-above-debt"
    title = "More cash than the bills ask for"


class RoundingRule(DatedRule):
    """To which whole amount cash is rounded up; what is above the debt is kept as the customer's credit."""

    step: int = Field(ge=1, le=10_000)
    """đồng; 1 is exact."""


EXACT = RoundingRule(in_force_from=date.min, step=1)


def step_in_force(rules: Sequence[RoundingRule], unit_code: str, day: date) -> int:
    """Return the step of a unit on a day, in đồng."""
    return rule_in_force(rules, unit_code, day, default=EXACT).step


def check_cash(
    amount: int,
    asked: int,
    rules: Sequence[RoundingRule],
    unit_code: str,
    *,
    seen_step: int | None,
    taken_on: date,
    today: date,
) -> None:
    """Raise :class:`CashNotRounded` or :class:`CashAboveDebt` for cash that ignores the unit's rule.

    ``asked`` is what the bills that the payer saw came to when they were issued: unlike what is open of them it never
    shrinks while the money is on its way. Every step counts that was in force between the day on which the cash was
    taken and ``today``: money that a phone without signal took before a new rule is money all the same. So does
    ``seen_step``, the one of the account that the phone showed, where that was in force since a phone may have read it.
    """
    steps = _steps(rules, unit_code, taken_on, today)
    if seen_step is not None and seen_step in _steps(rules, unit_code, taken_on - AT_THE_DOOR.before, today):
        steps.append(seen_step)
    in_force = step_in_force(rules, unit_code, today)
    if all(amount % step for step in steps):
        below, above = amount - amount % in_force, _rounded_up(amount, in_force)
        choice = " hoặc ".join(format_dong(one) for one in (below, above) if one)
        raise CashNotRounded(
            f"Tiền mặt ở đơn vị này được làm tròn đến {format_dong(in_force)}, {format_dong(amount)} thì không tròn. "
            f"Hãy thu {choice}; phần thừa được giữ lại cho kỳ sau.",
            facts={"amount": amount, "cash_step": in_force, "below": below, "above": above},
        )
    most = max(_rounded_up(asked, step) for step in steps)
    if amount > most:
        raise CashAboveDebt(
            f"Các hóa đơn này thu nhiều nhất {format_dong(most)}, không phải {format_dong(amount)}. "
            "Hãy trả lại tiền thừa rồi ghi đúng số tiền thu.",
            facts={"amount": amount, "most": most, "cash_step": in_force},
        )


def _steps(rules: Sequence[RoundingRule], unit_code: str, first: date, last: date) -> list[int]:
    """Return the steps in force on the days from ``first`` to ``last``; on ``last`` at least."""
    days = range(max((last - first).days, 0) + 1)
    return [step_in_force(rules, unit_code, last - timedelta(days=back)) for back in days]


def _rounded_up(amount: int, step: int) -> int:
    return -(-amount // step) * step
