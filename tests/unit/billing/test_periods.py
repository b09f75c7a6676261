"""Months and days of a period."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.engine.periods import month_days, quota_months
from services.billing.engine.tiers import limits_for

WIDTHS = (50, 50, 100, 100, 100)


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2025-06-01", "2025-06-30", Fraction(1)),
        ("2025-02-01", "2025-02-28", Fraction(1)),
        ("2025-06-22", "2025-07-21", Fraction(1)),
        ("2025-01-31", "2025-03-02", Fraction(1)),  # 31 days of a January
        ("2025-03-31", "2025-04-30", Fraction(1)),
        ("2024-12-30", "2025-01-29", Fraction(1)),
        ("2025-01-30", "2025-02-28", Fraction(30, 31)),
        ("2025-08-11", "2025-08-31", Fraction(21, 31)),
        ("2025-06-01", "2025-07-05", 1 + Fraction(5, 30)),  # T is the month of the first day
        ("2018-05-06", "2018-06-06", 1 + Fraction(1, 31)),
        ("2025-01-15", "2025-04-14", Fraction(3)),
        ("2025-06-01", "2025-06-01", Fraction(1, 30)),
        ("2024-12-01", "2025-11-30", Fraction(12)),
    ],
)
def test_a_period_is_whole_months_and_days_of_the_first_month(first: str, last: str, months: Fraction) -> None:
    assert quota_months(date.fromisoformat(first), date.fromisoformat(last)) == months


@given(st.dates(date(2018, 1, 1), date(2030, 1, 1)), st.data())
def test_up_to_a_month_quotas_are_days_over_days_of_the_month(first: date, data: st.DataObject) -> None:
    days = data.draw(st.integers(1, month_days(first)))
    last = first + timedelta(days=days - 1)
    assert quota_months(first, last) == Fraction(days, month_days(first))


def test_days_without_supply_are_subtracted() -> None:
    assert quota_months(date(2025, 6, 1), date(2025, 6, 30), cut_days=6) == Fraction(24, 30)


@pytest.mark.parametrize(
    ("households", "months", "limits"),
    [
        ("1", Fraction(1), (50, 50, 100, 100, 100)),
        ("2", Fraction(1), (100, 100, 200, 200, 200)),
        ("1.25", Fraction(1), (63, 63, 125, 125, 125)),
        ("0.25", Fraction(1), (13, 13, 25, 25, 25)),
        ("3", Fraction(21, 31), (102, 102, 203, 203, 203)),
        ("8", 1 + Fraction(1, 31), (413, 413, 826, 826, 826)),
    ],
)
def test_households_are_multiplied_in_before_each_limit_is_rounded(
    households: str, months: Fraction, limits: tuple[int, ...]
) -> None:
    assert limits_for(WIDTHS, Decimal(households), months) == limits
