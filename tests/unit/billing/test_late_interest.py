"""Interest on late payment is exact: each day once, on what is open at its end, by the rule of that day."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.billing.arrears.interest import InterestRule, LateBill, OpenSince, exact_interest, interest_of, spans_of
from services.billing.settings import BillingSettings
from shared.rule_files import load_rules

UNIT = "PB1401"
DUE = date(2027, 1, 10)
RULE = InterestRule(in_force_from=date(2027, 1, 1), percent_a_year=Decimal("9.5"), legal_basis="Hợp đồng, điều 5")


def late(total: int = 1_000_000, changes: Sequence[OpenSince] = (), **others: object) -> LateBill:
    known = {"total": total, "due_date": DUE, "open_since": [OpenSince(date.min, total, 0), *changes]}
    return LateBill(**known | others)  # type: ignore[arg-type]


def comes_to(bill: LateBill, until: date, rule: InterestRule = RULE) -> int:
    return interest_of(bill, spans_of(bill, [rule], UNIT, until), rule)


def test_the_day_after_the_due_day_is_the_first_one() -> None:
    assert comes_to(late(), DUE) == 0
    # 1,000,000 × 9.5 % ÷ 365 = 260.27; of a hundred days 26,027.40.
    assert comes_to(late(), DUE + timedelta(days=1)) == 260
    assert comes_to(late(), DUE + timedelta(days=100)) == 26_027


def test_halves_are_rounded_up_once() -> None:
    rule = RULE.model_copy(update={"percent_a_year": Decimal("18.25")})
    # 0.5 đồng a day of 1,000.
    assert comes_to(late(1_000), DUE + timedelta(days=1), rule) == 1
    assert comes_to(late(1_000), DUE + timedelta(days=2), rule) == 1
    assert comes_to(late(1_000), DUE + timedelta(days=3), rule) == 2


def test_what_is_paid_on_a_day_bears_no_interest_for_that_day() -> None:
    paid = [OpenSince(DUE + timedelta(days=11), 400_000, 0), OpenSince(DUE + timedelta(days=21), 0, 0)]
    [whole, part] = spans_of(late(changes=paid), [RULE], UNIT, DUE + timedelta(days=60))
    assert (whole.days, whole.amount, part.days, part.amount) == (10, 1_000_000, 10, 400_000)


def test_the_rate_is_that_of_each_day_and_of_the_own_unit() -> None:
    higher = RULE.model_copy(update={"in_force_from": DUE + timedelta(days=6), "percent_a_year": Decimal(12)})
    other = RULE.model_copy(update={"percent_a_year": Decimal(20), "units": frozenset({"PB1502"})})
    spans = spans_of(late(), [RULE, higher, other], UNIT, DUE + timedelta(days=10))
    assert [(span.days, span.percent) for span in spans] == [(5, "9.5"), (5, "12")]


def test_the_basis_may_be_without_vat_and_the_first_day_later() -> None:
    rule = RULE.model_copy(update={"basis": "principal", "from_day": 8})
    bill = late(1_080_000, open_since=[OpenSince(date.min, 1_000_000, 80_000)])
    [span] = spans_of(bill, [rule], UNIT, DUE + timedelta(days=10))
    assert (span.first_day, span.days, span.amount) == (DUE + timedelta(days=8), 3, 1_000_000)


def test_days_under_an_agreement_bear_none_unless_the_rule_says_so() -> None:
    agreed = [(DUE + timedelta(days=3), DUE + timedelta(days=6))]
    spans = spans_of(late(agreed=agreed), [RULE], UNIT, DUE + timedelta(days=10))
    assert [span.days for span in spans] == [2, 4]
    counting = RULE.model_copy(update={"under_agreement": True})
    assert [span.days for span in spans_of(late(agreed=agreed), [counting], UNIT, DUE + timedelta(days=10))] == [10]


def test_all_interest_on_a_bill_has_a_ceiling() -> None:
    rule = RULE.model_copy(update={"ceiling_percent": Decimal(5)})
    until = DUE + timedelta(days=3_000)
    assert comes_to(late(), until, rule) == 50_000
    assert comes_to(late(settled=30_000, settled_until=DUE + timedelta(days=90)), until, rule) == 20_000
    assert comes_to(late(settled=50_000, settled_until=DUE + timedelta(days=90)), until, rule) == 0


@st.composite
def histories(draw: st.DrawFn) -> LateBill:
    total = draw(st.integers(1, 10**9))
    days = sorted(draw(st.sets(st.integers(-30, 400), max_size=6)))
    opened = [OpenSince(DUE + timedelta(days=day), draw(st.integers(0, total)), 0) for day in days]
    return late(total, opened)


@given(histories(), st.integers(1, 400), st.sampled_from(["0.01", "9.5", "13.7501", "20"]))
def test_interest_is_what_adding_up_day_by_day_comes_to(bill: LateBill, days: int, percent: str) -> None:
    rule = RULE.model_copy(update={"percent_a_year": Decimal(percent)})
    until = DUE + timedelta(days=days)
    spans = spans_of(bill, [rule], UNIT, until)
    by_day = Fraction(0)
    for number in range(1, days + 1):
        day = DUE + timedelta(days=number)
        of_day = [change for change in bill.open_since if change.day <= day][-1]
        by_day += Fraction(of_day.principal) * Fraction(percent) / 36_500
    assert exact_interest(spans) == by_day
    interest = interest_of(bill, spans, rule)
    assert interest == bill.total or Fraction(-1, 2) < interest - by_day <= Fraction(1, 2)
    for one, other in pairwise(spans):
        assert one.last_day < other.first_day


@given(histories(), st.integers(1, 300), st.integers(1, 100))
def test_days_that_are_settled_are_never_counted_again(bill: LateBill, first: int, more: int) -> None:
    settled_until, until = DUE + timedelta(days=first), DUE + timedelta(days=first + more)
    before = spans_of(bill, [RULE], UNIT, settled_until)
    rest = LateBill(bill.total, bill.due_date, bill.open_since, settled_until=settled_until)
    after = spans_of(rest, [RULE], UNIT, until)
    assert all(span.first_day > settled_until for span in after)
    assert exact_interest(before) + exact_interest(after) == exact_interest(spans_of(bill, [RULE], UNIT, until))


@pytest.mark.parametrize("percent", ["20.01", "-1", 9.5, "9.12345"])
def test_a_rate_above_the_law_or_not_exact_is_a_mistake(percent: object) -> None:
    with pytest.raises(ValidationError):
        InterestRule.model_validate({"from": date(2027, 1, 1), "percent_a_year": percent, "legal_basis": "HĐ"})


def test_interest_without_a_legal_basis_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="legal basis"):
        InterestRule.model_validate({"from": date(2027, 1, 1), "percent_a_year": "9"})


def test_no_interest_is_asked_for_as_shipped() -> None:
    shipped = load_rules(BillingSettings.model_fields["interest_file"].default, InterestRule)
    assert [rule.percent_a_year for rule in shipped] == [0]
