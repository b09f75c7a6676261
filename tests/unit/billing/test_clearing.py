"""Clearing debts with money and credit, refusals, notices and counts: the pure rules."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.bills.bill import bill_number
from services.billing.notices.rules import notice_id
from services.billing.payments.rules import Credit, Debt, FirstPayment, already_paid, clear, use_credit
from services.billing.shifts.rules import cash_difference
from shared.contracts.billing import NoticeKind
from shared.contracts.common import PaymentMethod
from shared.problems import InvalidRequest

amounts = st.integers(0, 3_000_000)
debts = st.lists(st.builds(Debt, st.uuids(), amounts, amounts), max_size=6, unique_by=lambda debt: debt.bill_id)
credits_left = st.lists(st.builds(Credit, st.uuids(), st.integers(1, 3_000_000)), max_size=6)


@given(st.integers(0, 10**7), debts)
def test_clearing_loses_and_invents_nothing(amount: int, owed: list[Debt]) -> None:
    cleared, left = clear(amount, owed)
    assert sum(part.vat + part.principal for part in cleared) + left == amount
    assert left == max(0, amount - sum(debt.vat + debt.principal for debt in owed))


@given(st.integers(0, 10**7), debts)
def test_a_bill_is_touched_only_when_all_older_ones_are_cleared_and_principal_only_after_vat(
    amount: int, owed: list[Debt]
) -> None:
    cleared = {part.bill_id: part for part in clear(amount, owed)[0]}
    still_open = False
    for debt in owed:
        part = cleared.get(debt.bill_id)
        vat, principal = (part.vat, part.principal) if part else (0, 0)
        assert vat <= debt.vat
        assert principal <= debt.principal
        assert not (still_open and vat + principal)
        assert not (principal and vat < debt.vat)
        still_open = still_open or vat + principal < debt.vat + debt.principal


@given(credits_left, debts)
def test_credit_clears_as_the_same_money_in_one_sum_would(available: list[Credit], owed: list[Debt]) -> None:
    uses = use_credit(available, owed)
    by_bill: dict[UUID, int] = {}
    by_payment: dict[UUID, int] = {}
    for use in uses:
        used = use.cleared.vat + use.cleared.principal
        by_bill[use.cleared.bill_id] = by_bill.get(use.cleared.bill_id, 0) + used
        by_payment[use.payment_id] = by_payment.get(use.payment_id, 0) + used
    in_one_sum, _ = clear(sum(credit.amount for credit in available), owed)
    assert by_bill == {part.bill_id: part.vat + part.principal for part in in_one_sum}
    assert all(by_payment.get(credit.payment_id, 0) <= credit.amount for credit in available)


def test_a_bill_number_names_customer_month_and_cycle_and_fits_a_transfer() -> None:
    assert bill_number("PB14010012345", 2026, 10, 1) == "PB14010012345T102026K1"
    assert len(bill_number("PB14010012345", 2026, 10, 1)) <= 25


def test_the_notice_of_a_visit_has_the_same_id_each_time() -> None:
    visit = uuid4()
    assert notice_id(visit, NoticeKind.AWAY) == notice_id(visit, NoticeKind.AWAY)
    assert notice_id(visit, NoticeKind.AWAY) != notice_id(visit, NoticeKind.CHECK)


@pytest.mark.parametrize(
    ("method", "sentence"),
    [
        (PaymentMethod.CASH, "Đã thanh toán 871.020 ₫ (thu ngân TN01 thu tiền mặt lúc 08:30 22/11/2026)."),
        (PaymentMethod.TRANSFER, "Đã thanh toán 871.020 ₫ (chuyển khoản lúc 08:30 22/11/2026)."),
        (PaymentMethod.COLLECTION_POINT, "Đã thanh toán 871.020 ₫ (thu tại Bưu điện lúc 08:30 22/11/2026)."),
    ],
)
def test_a_refusal_says_who_took_how_much_how_and_when(method: PaymentMethod, sentence: str) -> None:
    moment = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
    first = FirstPayment(uuid4(), 871_020, method, moment, "TN01", None, "BD01", "Bưu điện", None)
    problem = already_paid(first)
    assert problem.detail == f"{sentence} Không thu tiền lần nữa."
    assert problem.facts["receipt_number"] is None


@given(st.integers(0, 10**8), st.dictionaries(st.sampled_from(["500000", "20000", "1000"]), st.integers(0, 50)))
def test_a_count_that_adds_up_is_taken(cash: int, denominations: dict[str, int]) -> None:
    counted = sum(int(note) * pieces for note, pieces in denominations.items())
    assert cash_difference(cash, counted, denominations, "đã đếm lại") == counted - cash


def test_a_difference_needs_words() -> None:
    assert cash_difference(5, 5, {}, "") == 0
    with pytest.raises(InvalidRequest, match="thiếu 5 ₫"):
        cash_difference(10, 5, {}, "")
    with pytest.raises(InvalidRequest, match="thừa 5 ₫"):
        cash_difference(5, 10, {}, " \n")
