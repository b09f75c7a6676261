"""Where a customer stands follows from the account and the visits, in whatever order events arrive."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customer.domain.visits import (
    Account,
    NothingOwed,
    PastVisit,
    VisitRules,
    after_visit,
    appointment_for,
    may_follow,
    moment_of_visit,
    next_occasion_from,
    standing,
    with_report,
)
from shared.contracts.common import AccountState, NextStep, Outcome
from shared.problems import InvalidRequest

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = VisitRules()
OWING = Account(version=1, debt=500_000)


def account_state(version: int, debt: int) -> AccountState:
    return AccountState(customer_code="PB14010012345", version=version, debt=debt, credit=0, open_bills=int(debt > 0))


def visit(outcome: Outcome, day: int = 0, appointment: int | None = None, account_version: int = 1) -> PastVisit:
    agreed = None if appointment is None else NOON + appointment * DAY
    return PastVisit(outcome, NOON + day * DAY, agreed, account_version)


def test_a_customer_without_debt_is_settled() -> None:
    assert standing(Account(), [], RULES).step is NextStep.SETTLED


def test_a_bill_makes_a_settled_customer_due() -> None:
    account = with_report(Account(version=4, debt=0, cleared_version=4), account_state(5, 100), NOON)
    assert standing(account, [], RULES).step is NextStep.DUE


def test_being_met_is_not_a_miss() -> None:
    stands = standing(OWING, [visit(Outcome.MET)], RULES)
    assert (stands.step, stands.misses) == (NextStep.DUE, 0)


def test_whoever_cannot_pay_the_first_time_is_visited_again_on_the_appointed_day() -> None:
    stands = standing(OWING, [visit(Outcome.CANNOT_PAY, appointment=4)], RULES)
    assert (stands.step, stands.misses, stands.appointment) == (NextStep.REVISIT, 1, NOON + 4 * DAY)


def test_whoever_cannot_pay_the_second_time_goes_to_a_collection_point() -> None:
    visits = [visit(Outcome.CANNOT_PAY, appointment=4), visit(Outcome.CANNOT_PAY, day=4, appointment=8)]
    stands = standing(OWING, visits, RULES)
    assert (stands.step, stands.misses, stands.appointment) == (NextStep.COLLECTION_POINT, 2, None)


def test_two_entries_within_a_second_or_with_invented_dates_are_one_occasion() -> None:
    for dates in ((NOON, NOON + timedelta(seconds=1)), (NOON - 27_000 * DAY, NOON - 26_000 * DAY), (NOON, NOON - DAY)):
        recorded = (NOON, NOON + timedelta(seconds=1))
        visits = [
            PastVisit(Outcome.CANNOT_PAY, visited_at, at + 3 * DAY, 1, recorded_at=at)
            for visited_at, at in zip(dates, recorded, strict=True)
        ]
        stands = standing(OWING, visits, RULES)
        assert (stands.step, stands.appointment) == (NextStep.REVISIT, recorded[1] + 3 * DAY)


def test_from_when_on_a_further_refusal_leads_to_the_collection_point() -> None:
    midnight = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    assert next_occasion_from([], RULES, NOON) is None
    assert next_occasion_from([NOON, NOON + timedelta(minutes=2)], RULES, NOON) == midnight
    assert next_occasion_from([NOON, NOON + DAY], RULES, NOON) is None
    late = midnight - timedelta(minutes=1)
    assert next_occasion_from([late], RULES, NOON) == late + timedelta(hours=6)
    strict = VisitRules(cannot_pay_before_collection_point=1)
    assert next_occasion_from([], strict, NOON) == NOON


def test_how_often_a_customer_may_not_pay_is_a_setting() -> None:
    visits = [visit(Outcome.CANNOT_PAY, day=day) for day in range(2)]
    patient = VisitRules(cannot_pay_before_collection_point=3)
    assert standing(OWING, visits, patient).step is NextStep.REVISIT


def test_nobody_is_sent_to_a_collection_point_for_having_been_away() -> None:
    visits = [visit(Outcome.AWAY, day=day) for day in range(5)]
    stands = standing(OWING, visits, RULES)
    assert (stands.step, stands.misses) == (NextStep.REVISIT, 5)


def test_being_away_and_then_unable_to_pay_once_leads_to_another_visit() -> None:
    visits = [visit(Outcome.AWAY), visit(Outcome.CANNOT_PAY, day=1, appointment=3)]
    stands = standing(OWING, visits, RULES)
    assert (stands.step, stands.misses) == (NextStep.REVISIT, 2)


def test_a_customer_at_the_collection_point_stays_there_when_found_away() -> None:
    visits = [visit(Outcome.CANNOT_PAY), visit(Outcome.CANNOT_PAY, day=1), visit(Outcome.AWAY, day=2)]
    assert standing(OWING, visits, RULES).step is NextStep.COLLECTION_POINT


def test_clearing_the_debt_forgets_the_misses_and_a_new_bill_starts_afresh() -> None:
    visits = [visit(Outcome.CANNOT_PAY), visit(Outcome.CANNOT_PAY, day=1)]
    paid = with_report(OWING, account_state(2, 0), NOON)
    assert standing(paid, visits, RULES).step is NextStep.SETTLED
    billed = with_report(paid, account_state(3, 70_000), NOON)
    assert (standing(billed, visits, RULES).step, standing(billed, visits, RULES).misses) == (NextStep.DUE, 0)


def test_a_reversal_makes_the_customer_due_again() -> None:
    paid = with_report(OWING, account_state(2, 0), NOON)
    reversed_again = with_report(paid, account_state(3, 500_000), NOON)
    assert standing(reversed_again, [visit(Outcome.CANNOT_PAY)], RULES).step is NextStep.DUE


def test_a_part_payment_and_a_bill_on_top_forget_nothing() -> None:
    visits = [visit(Outcome.CANNOT_PAY)]
    partly_paid = with_report(OWING, account_state(2, 200_000), NOON)
    billed = with_report(partly_paid, account_state(3, 600_000), NOON)
    assert (standing(billed, visits, RULES).step, standing(billed, visits, RULES).misses) == (NextStep.REVISIT, 1)


def test_an_appointment_is_over_when_a_visit_after_it_comes_to_nothing() -> None:
    kept = standing(OWING, [visit(Outcome.CANNOT_PAY, appointment=4), visit(Outcome.AWAY, day=2)], RULES)
    assert kept.appointment == NOON + 4 * DAY
    over = standing(OWING, [visit(Outcome.CANNOT_PAY, appointment=4), visit(Outcome.AWAY, day=4)], RULES)
    assert over.appointment is None


def test_a_visit_to_whoever_owes_nothing_is_refused_with_the_time_of_clearing() -> None:
    paid = with_report(OWING, account_state(2, 0), NOON)
    with pytest.raises(NothingOwed) as refused:
        after_visit(paid, [], visit(Outcome.MET), RULES)
    assert refused.value.status == 409
    assert refused.value.facts == {"debt": 0, "cleared_at": NOON.isoformat()}


@given(
    debts=st.lists(st.integers(0, 3).map(lambda units: units * 100_000), min_size=1, max_size=8),
    visits=st.lists(
        st.tuples(st.sampled_from(Outcome), st.integers(0, 9), st.none() | st.integers(10, 20), st.integers(1, 8)),
        max_size=6,
    ),
    data=st.data(),
)
def test_the_order_and_the_number_of_deliveries_do_not_matter(
    debts: list[int], visits: list[tuple[Outcome, int, int | None, int]], data: st.DataObject
) -> None:
    states = [account_state(version, debt) for version, debt in enumerate(debts, 1)]
    past = [visit(*each) for each in visits]
    in_order, shuffled = Account(), Account()
    for state in states:
        in_order = with_report(in_order, state, NOON)
    repeated = data.draw(st.permutations(states + data.draw(st.lists(st.sampled_from(states), max_size=5))))
    for state in repeated:
        shuffled = with_report(shuffled, state, NOON)
    assert shuffled == in_order
    assert standing(shuffled, data.draw(st.permutations(past)), RULES).step == standing(in_order, past, RULES).step
    assert standing(shuffled, past, RULES).misses <= len(past)


@given(
    debts=st.lists(st.integers(0, 3), min_size=1, max_size=8),
    outcomes=st.lists(st.sampled_from(Outcome), max_size=8),
)
def test_every_debt_has_a_step_and_no_debt_has_none(debts: list[int], outcomes: list[Outcome]) -> None:
    account = Account()
    for version, debt in enumerate(debts, 1):
        account = with_report(account, account_state(version, debt), NOON)
    visits = [visit(outcome, day, account_version=account.version) for day, outcome in enumerate(outcomes)]
    stands = standing(account, visits, RULES)
    assert (stands.step is NextStep.SETTLED) == (account.debt == 0)
    if account.debt:
        refusals = outcomes.count(Outcome.CANNOT_PAY)
        assert (stands.step is NextStep.COLLECTION_POINT) == (refusals >= 2)
        assert stands.misses == len(outcomes) - outcomes.count(Outcome.MET)


def test_a_clock_a_little_ahead_counts_as_now() -> None:
    assert moment_of_visit(NOON + timedelta(hours=5), NOON, RULES) == NOON
    assert moment_of_visit(NOON - 3 * DAY, NOON, RULES) == NOON - 3 * DAY


def test_a_clock_days_ahead_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="clock-wrong"):
        moment_of_visit(NOON + 2 * DAY, NOON, RULES)


def test_an_appointment_is_proposed_where_none_was_agreed() -> None:
    assert appointment_for(Outcome.CANNOT_PAY, NOON, None, RULES, stated_at=NOON) == NOON + 3 * DAY
    assert appointment_for(Outcome.AWAY, NOON, None, RULES, stated_at=NOON) is None
    assert appointment_for(Outcome.MET, NOON, NOON + DAY, RULES, stated_at=NOON) is None
    assert appointment_for(Outcome.CANNOT_PAY, NOON, None, VisitRules(days_to_appointment=0), stated_at=NOON) is None


@pytest.mark.parametrize("asked", [NOON, NOON - DAY, NOON + 61 * DAY])
def test_an_appointment_must_lie_ahead_and_not_too_far(asked: datetime) -> None:
    with pytest.raises(InvalidRequest, match="invalid-appointment"):
        appointment_for(Outcome.CANNOT_PAY, NOON, asked, RULES, stated_at=NOON)


def test_an_appointment_was_agreed_on_by_the_clock_that_the_visit_is_stated_by() -> None:
    ahead = NOON + timedelta(hours=10)
    visited_at = moment_of_visit(ahead, NOON, RULES)
    assert visited_at == NOON
    last = ahead + RULES.longest_appointment
    assert appointment_for(Outcome.CANNOT_PAY, visited_at, last, RULES, stated_at=ahead) == last
    with pytest.raises(InvalidRequest, match="invalid-appointment"):
        appointment_for(Outcome.CANNOT_PAY, visited_at, NOON + timedelta(hours=9), RULES, stated_at=ahead)


def test_only_a_customer_who_was_met_can_turn_out_unable_to_pay() -> None:
    allowed = [(first, then) for first in Outcome for then in Outcome if may_follow(first, then)]
    assert allowed == [(Outcome.MET, Outcome.CANNOT_PAY)]
