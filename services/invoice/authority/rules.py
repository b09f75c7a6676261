"""When and how a seller tells the tax authority of its invoices: dated rules, periods and days. Pure."""

import calendar
from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.dated_rules import DatedRule


class PeriodKind(StrEnum):
    """How long a period of summaries is."""

    MONTH = "month"
    QUARTER = "quarter"

    @property
    def letter(self) -> str:
        """As the format names it (``LKDLieu``)."""
        return {"month": "T", "quarter": "Q"}[self.value]


class TaxAuthority(BaseModel):
    """The tax authority of a seller."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(pattern=r"^[0-9]{3,5}$")
    name: str = Field(min_length=1, max_length=100)


class AuthorityRule(DatedRule):
    """One rule of the file."""

    sellers: frozenset[str] = frozenset()
    """Tax codes of the sellers that it is for; empty: all that have none of their own."""
    period: PeriodKind
    due_day: int = Field(ge=1, le=31)
    invoice_due_day: int = Field(ge=1, le=28)
    most_rows: int = Field(ge=1, le=100_000)
    summary_by: frozenset[Literal["customer_code", "tax_code"]]
    goods: str = Field(min_length=1, max_length=500)
    authority: TaxAuthority | None = None
    place: str = Field(default="", max_length=50)

    @model_validator(mode="after")
    def _is_for_sellers(self) -> Self:
        if self.units:
            raise ValueError("these rules are for sellers, by tax code, and not for units")
        return self

    def scopes(self) -> set[str]:
        """Return for whom it is."""
        return set(self.sellers) or {"all"}


class NoRule(LookupError):
    """Nothing is ruled for a seller on a day."""


def rule_of(rules: Sequence[AuthorityRule], tax_code: str, day: date) -> AuthorityRule:
    """Return the rule of a seller on a day. Raises NoRule before the first one."""
    in_force = [each for each in rules if each.in_force_from <= day and (not each.sellers or tax_code in each.sellers)]
    if not in_force:
        raise NoRule(f"no rule for {tax_code} is in force on {day}")
    return max(in_force, key=lambda rule: (bool(rule.sellers), rule.in_force_from))


class Period(BaseModel):
    """A period of summaries."""

    model_config = ConfigDict(frozen=True)

    kind: PeriodKind
    first: date
    last: date

    @property
    def text(self) -> str:
        """As the format has it (``KDLieu``): ``11/2026``; of a quarter its number stands in the month's place."""
        number = self.first.month if self.kind is PeriodKind.MONTH else (self.first.month + 2) // 3
        return f"{number:02d}/{self.first.year}"

    @property
    def name(self) -> str:
        """For people and commands: ``2026-11`` or ``2026-Q4``."""
        if self.kind is PeriodKind.MONTH:
            return f"{self.first:%Y-%m}"
        return f"{self.first.year}-Q{(self.first.month + 2) // 3}"

    def due_on(self, due_day: int) -> date:
        """Return until when its summaries are due."""
        after = self.last + timedelta(days=1)
        return after.replace(day=min(due_day, calendar.monthrange(after.year, after.month)[1]))


def period_of(kind: PeriodKind, day: date) -> Period:
    """Return the period that a day lies in."""
    months = 1 if kind is PeriodKind.MONTH else 3
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    end = first.month + months - 1
    return Period(kind=kind, first=first, last=date(day.year, end, calendar.monthrange(day.year, end)[1]))


def read_period(text: str) -> Period:
    """Return the period of a name (``2026-11``, ``2026-Q4``). Raises ValueError."""
    year, _, part = text.strip().partition("-")
    if part.startswith("Q") and part[1:] in {"1", "2", "3", "4"}:
        return period_of(PeriodKind.QUARTER, date(int(year), int(part[1:]) * 3, 1))
    return period_of(PeriodKind.MONTH, date(int(year), int(part), 1))


def invoice_due_on(rule: AuthorityRule, period_to: date) -> date:
    """Return until when the invoice of a supply is to be made: a day of the month after its last day."""
    after = (period_to.replace(day=1) + timedelta(days=32)).replace(day=1)
    return after.replace(day=rule.invoice_due_day)


def next_working_day(day: date) -> date:
    """Return the next day that is neither Saturday nor Sunday; holidays are not known, and the earlier day is safe."""
    following = day + timedelta(days=1)
    while following.weekday() >= 5:
        following += timedelta(days=1)
    return following
