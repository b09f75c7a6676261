"""Agreements to pay in parts: what may be agreed, what payments fill, and what is late."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.arrears.instalments import (
    AgreementRule,
    NoDebt,
    PartsDoNotAddUp,
    PartsNotAllowed,
    check_parts,
    filled,
    late_part,
)
from shared.contracts.billing import Instalment
from shared.problems import Problem

TODAY = date(2026, 11, 22)
RULE = AgreementRule(in_force_from=date(2018, 1, 1), allowed=True, parts=3, days=60, least=100_000, late_days=3)


def parts(*amounts: int, first: int = 10, step: int = 20) -> list[Instalment]:
    return [
        Instalment(due_on=TODAY + timedelta(days=first + step * place), amount=amount)
        for place, amount in enumerate(amounts)
    ]


def test_parts_that_add_up_to_the_debt_are_agreed() -> None:
    check_parts(parts(200_000, 200_000, 50_000), 450_000, RULE, TODAY)


@pytest.mark.parametrize(
    ("agreed", "refused"),
    [
        (parts(200_000, 200_001), PartsDoNotAddUp),
        (parts(100_000, 100_000, 100_000, 150_000, step=10), PartsNotAllowed),
        (parts(50_000, 400_000), PartsNotAllowed),
        (parts(200_000, 250_000, step=0), PartsNotAllowed),
        (parts(200_000, 250_000, first=-1), PartsNotAllowed),
        (parts(200_000, 250_000, first=50), PartsNotAllowed),
    ],
)
def test_other_parts_are_refused(agreed: list[Instalment], refused: type[Problem]) -> None:
    with pytest.raises(refused):
        check_parts(agreed, 450_000, RULE, TODAY)


def test_nothing_is_agreed_where_nothing_is_owed_or_the_unit_allows_none() -> None:
    with pytest.raises(NoDebt):
        check_parts(parts(450_000), 0, RULE, TODAY)
    with pytest.raises(PartsNotAllowed):
        check_parts(parts(450_000), 450_000, RULE.model_copy(update={"allowed": False}), TODAY)


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=10), st.integers(0, 10**10))
def test_payments_fill_the_oldest_part_first_to_the_dong(amounts: list[int], paid: int) -> None:
    found = filled(parts(*amounts), min(paid, sum(amounts)))
    assert sum(part.paid for part in found) == min(paid, sum(amounts))
    for earlier, later in pairwise(found):
        assert 0 <= later.paid <= later.amount
        assert later.paid == 0 or earlier.paid == earlier.amount


@pytest.mark.parametrize(("days", "is_late"), [(10, False), (13, False), (14, True)])
def test_a_part_is_late_by_more_days_than_were_agreed(days: int, is_late: bool) -> None:
    found = late_part(filled(parts(200_000, 250_000), 199_999), 3, TODAY + timedelta(days=days))
    assert (found is not None) is is_late
    assert late_part(filled(parts(200_000, 250_000), 200_000), 3, TODAY + timedelta(days=days)) is None
