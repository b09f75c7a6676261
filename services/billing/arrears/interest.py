"""Interest on late payment, exactly. Pure. Amounts in đồng, days are business days in Vietnam.

A day bears interest on what is open at its end, by the rule of that day. Fractions are exact until the sum of a bill's
days is rounded, half up, once. Source: Luật Điện lực 61/2024/QH15 art. 48; rate and days are the contract's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from shared.contracts.billing import InterestSpan
from shared.dated_rules import DatedRule, rule_in_force
from shared.money import format_dong, percent_of
from shared.problems import Conflict

HIGHEST_PERCENT = Decimal(20)
"""A year: Civil Code 2015 art. 468(1)."""


class InterestChanged(Conflict):
    """It comes to something else than what was shown: ``facts`` have both."""

    slug = "interest-changed"
    title = "The interest is another one now"


class NoInterest(Conflict):
    """There is none that is not settled."""

    slug = "no-interest"
    title = "There is no interest"
    usual_detail = "Không có tiền lãi chậm trả nào chưa tính."


class InterestRule(DatedRule):
    """What is asked for late payment."""

    percent_a_year: Decimal = Field(ge=0, le=HIGHEST_PERCENT, decimal_places=4)
    basis: Literal["total", "principal"] = "total"
    from_day: int = Field(default=1, ge=1, le=365)
    days_of_year: Literal[365, 366] = 365
    ceiling_percent: Decimal = Field(default=Decimal(100), gt=0, le=100, decimal_places=2)
    under_agreement: bool = False
    least: int = Field(default=1_000, ge=1, le=1_000_000)
    days_to_pay: int = Field(default=10, ge=0, le=90)
    legal_basis: str = Field(default="", max_length=60)

    @model_validator(mode="after")
    def _names_a_basis(self) -> Self:
        if self.percent_a_year and not self.legal_basis:
            raise ValueError("interest names its legal basis")
        return self

    @field_validator("percent_a_year", "ceiling_percent", mode="before")
    @classmethod
    def _is_exact(cls, value: Any) -> Any:
        if isinstance(value, float):
            raise ValueError("write a rate as a text, so that it is read exactly")  # noqa: TRY004 - pydantic's error
        return value


NO_INTEREST = InterestRule(in_force_from=date.min, percent_a_year=Decimal(0))


@dataclass(frozen=True, slots=True)
class OpenSince:
    """What was open of a bill from a day on, at the end of each day, until the next such day."""

    day: date
    principal: int
    vat: int


@dataclass(frozen=True, slots=True)
class LateBill:
    """What is known of a bill for its interest."""

    total: int
    """What stands of it after corrections."""
    due_date: date
    open_since: Sequence[OpenSince]
    """The earliest first."""
    agreed: Sequence[tuple[date, date | None]] = ()
    """First and last day of each agreement by which it was paid; None: it is in force."""
    settled_until: date | None = None
    """The last day that was charged or waived."""
    settled: int = 0
    """All interest that was charged or waived."""


def rule_on(rules: Sequence[InterestRule], unit_code: str, day: date) -> InterestRule:
    """Return what a unit asks for on a day; none where no rule says so."""
    return rule_in_force(rules, unit_code, day, default=NO_INTEREST)


def asks_for_interest(rules: Sequence[InterestRule], unit_code: str, until: date) -> bool:
    """Return whether a unit has asked for interest on any day until ``until``."""
    return any(
        rule.percent_a_year > 0 and rule.in_force_from <= until and (not rule.units or unit_code in rule.units)
        for rule in rules
    )


def spans_of(bill: LateBill, rules: Sequence[InterestRule], unit_code: str, until: date) -> list[InterestSpan]:
    """Return the days until ``until`` that bear interest and are not settled, those alike together."""
    first = max(bill.due_date, bill.settled_until or bill.due_date) + timedelta(days=1)
    spans: list[InterestSpan] = []
    for start, end in _stretches(bill, rules, unit_code, first, until):
        rule = rule_on(rules, unit_code, start)
        amount = _bearing(bill, rule, start)
        if amount:
            percent = format(rule.percent_a_year.normalize(), "f")
            days = (end - start).days + 1
            last = spans[-1] if spans else None
            if last is not None and (last.last_day + timedelta(days=1), last.amount, last.percent) == (
                start,
                amount,
                percent,
            ):
                spans[-1] = last.model_copy(update={"last_day": end, "days": last.days + days})
                continue
            spans.append(
                InterestSpan(
                    first_day=start,
                    last_day=end,
                    days=days,
                    amount=amount,
                    percent=percent,
                    days_of_year=rule.days_of_year,
                )
            )
    return spans


def exact_interest(spans: Sequence[InterestSpan]) -> Fraction:
    """Return the interest of spans, not rounded."""
    return sum(
        (Fraction(span.amount * span.days) * Fraction(span.percent) / (100 * span.days_of_year) for span in spans),
        Fraction(0),
    )


def interest_of(bill: LateBill, spans: Sequence[InterestSpan], rule: InterestRule) -> int:
    """Return the interest of a bill's spans in whole đồng, no more than the ceiling of ``rule`` leaves."""
    exact = exact_interest(spans)
    whole = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    return max(min(whole, percent_of(bill.total, rule.ceiling_percent) - bill.settled), 0)


def check_expected(total: int, expected: int) -> None:
    """Raise :class:`NoInterest`, or :class:`InterestChanged` where it is not what was shown."""
    if total == 0:
        raise NoInterest
    if total != expected:
        raise InterestChanged(
            f"Tiền lãi nay là {format_dong(total)}, không phải {format_dong(expected)}.",
            facts={"total": total, "expected": expected},
        )


def _stretches(
    bill: LateBill, rules: Sequence[InterestRule], unit_code: str, first: date, until: date
) -> Iterator[tuple[date, date]]:
    """Yield stretches of days within which nothing changes: neither the rule, nor what is open, nor an agreement."""
    turns = {first}
    turns |= {rule.in_force_from for rule in rules if not rule.units or unit_code in rule.units}
    turns |= {change.day for change in bill.open_since}
    turns |= {bill.due_date + timedelta(days=rule.from_day) for rule in rules}
    for begun, ended in bill.agreed:
        turns |= {begun} if ended is None else {begun, ended + timedelta(days=1)}
    starts = sorted(day for day in turns if first <= day <= until)
    for place, start in enumerate(starts):
        following = starts[place + 1] - timedelta(days=1) if place + 1 < len(starts) else until
        yield start, following


def _bearing(bill: LateBill, rule: InterestRule, day: date) -> int:
    """Return what bears interest on a day."""
    if rule.percent_a_year == 0 or day < bill.due_date + timedelta(days=rule.from_day):
        return 0
    agreed = any(begun <= day and (ended is None or day <= ended) for begun, ended in bill.agreed)
    if agreed and not rule.under_agreement:
        return 0
    now = next((change for change in reversed(bill.open_since) if change.day <= day), None)
    if now is None:
        return 0
    return now.principal if rule.basis == "principal" else now.principal + now.vat
