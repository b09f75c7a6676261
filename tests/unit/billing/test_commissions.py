"""Commissions by dated rules: what stands in the end is paid for, whenever receipts were taken back."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.billing.commissions.rules import Commission, CommissionRule, commission_of, payable
from services.billing.settings import BillingSettings
from shared.rule_files import load_rules

FIRST = date(2026, 1, 1)


def test_the_rules_that_ship_pay_nothing() -> None:
    rules = load_rules(BillingSettings.model_fields["commissions_file"].default, CommissionRule)
    assert commission_of(rules, "PB1401", date(2026, 11, 22), 100) == Commission(0, 100)


def test_the_rule_of_the_unit_on_the_day_of_the_opening_counts() -> None:
    rules = [
        CommissionRule(in_force_from=FIRST, per_receipt=500),
        CommissionRule(in_force_from=FIRST, units=frozenset({"PB1401"}), per_receipt=800),
        CommissionRule(in_force_from=date(2026, 6, 1), units=frozenset({"PB1401"}), per_receipt=900),
    ]
    assert commission_of(rules, "PB1501", FIRST, 3).amount == 1_500
    assert commission_of(rules, "PB1401", date(2026, 5, 31), 3).amount == 2_400
    assert commission_of(rules, "PB1401", date(2026, 6, 1), 3).amount == 2_700
    assert commission_of(rules, "PB1401", date(2025, 12, 31), 3).amount == 0


shifts = st.lists(
    st.tuples(
        st.integers(0, 400),
        # Of each receipt: never taken back, before the settlement, or so many settlements after it.
        st.lists(st.none() | st.integers(0, 5), max_size=30),
    ),
    min_size=1,
    max_size=8,
)
rates = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 5_000)), max_size=5, unique_by=lambda rate: rate[0])


@given(rates, shifts)
def test_settlements_pay_for_the_receipts_that_stand_in_the_end_at_the_rate_of_their_own_day(
    rates: list[tuple[int, int]], shifts: list[tuple[int, list[int | None]]]
) -> None:
    rules = [CommissionRule(in_force_from=FIRST + timedelta(days=day), per_receipt=rate) for day, rate in rates]
    commissions: list[Commission] = []
    backs: list[list[Commission]] = [[] for _ in range(len(shifts) + 7)]
    expected = 0
    for number, (day, receipts) in enumerate(shifts):
        opened_on = FIRST + timedelta(days=day)
        standing = sum(taken_back != 0 for taken_back in receipts)
        commissions.append(commission_of(rules, "PB1401", opened_on, standing))
        one = commission_of(rules, "PB1401", opened_on, 1)
        expected += one.amount * sum(taken_back is None for taken_back in receipts)
        for taken_back in receipts:
            if taken_back:
                backs[number + taken_back].append(one)
    # The last settlement takes off what is left.
    paid = sum(payable([each], back) for each, back in zip(commissions, backs, strict=False))
    left = [one for back in backs[len(commissions) :] for one in back]
    assert paid + payable([], left) == expected
