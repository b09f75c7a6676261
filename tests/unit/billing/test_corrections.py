"""Whatever is corrected, however often and whatever was paid: no đồng appears or disappears."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.corrections.rules import (
    Amounts,
    CorrectionPlan,
    MethodFixed,
    NothingToCorrect,
    SamePersonTwice,
    StandingBill,
    StandingPart,
    check_method,
    check_people,
    parts_to_release,
    plan_correction,
)
from services.billing.payments.rules import Credit, Debt, clear, use_credit
from shared.contracts.billing import CorrectionKind
from shared.money import percent_of

PRINCIPALS = st.integers(0, 5_000) | st.integers(0, 10_000_000_000)
RATES = st.sampled_from([Decimal(0), Decimal(5), Decimal(8), Decimal(10)])
KINDS = st.sampled_from(CorrectionKind)
PAYMENTS = st.lists(st.integers(1, 6_000) | st.integers(1, 10_000_000_000), max_size=4)


class Books:
    """The bills of one period and the money on them, as billing keeps them."""

    def __init__(self, rate: Decimal, principal: int) -> None:
        self.rate = rate
        self.issued = {UUID(int=1): self.amounts(principal)}
        self.taken = {UUID(int=1): Amounts(0, 0)}
        self.parts: list[StandingPart] = []
        self.credit: dict[UUID, int] = {}
        self.paid: dict[UUID, int] = {}
        self.chain = [UUID(int=1)]

    def amounts(self, principal: int) -> Amounts:
        return Amounts(percent_of(principal, self.rate), principal)

    def stands(self, bill_id: UUID) -> Amounts:
        return self.issued[bill_id].less(self.taken[bill_id])

    def open(self, bill_id: UUID) -> Amounts:
        mine = [part for part in self.parts if part.bill_id == bill_id]
        cleared = Amounts(sum(part.vat for part in mine), sum(part.principal for part in mine))
        return self.stands(bill_id).less(cleared)

    @property
    def debts(self) -> list[Debt]:
        return [Debt(bill_id, self.open(bill_id).vat, self.open(bill_id).principal) for bill_id in self.issued]

    @property
    def owed(self) -> int:
        """Debt less credit."""
        return sum(debt.vat + debt.principal for debt in self.debts) - sum(self.credit.values())

    def pay(self, amount: int) -> None:
        payment_id = UUID(int=100 + len(self.paid))
        self.paid[payment_id] = amount
        cleared, left = clear(amount, self.debts)
        self.credit[payment_id] = left
        for part in cleared:
            self.allocate(payment_id, part.bill_id, part.vat, part.principal)

    def allocate(self, payment_id: UUID, bill_id: UUID, vat: int, principal: int) -> None:
        last = self.parts[-1].allocation_id if self.parts else 0
        self.parts.append(StandingPart(last + 1, payment_id, bill_id, vat, principal))

    def correct(self, kind: CorrectionKind, principal: int) -> CorrectionPlan:
        standing = [StandingBill(bill_id, self.stands(bill_id)) for bill_id in self.chain]
        plan = plan_correction(kind, standing, self.amounts(principal))
        for part in parts_to_release(standing, plan.reductions, self.parts):
            self.parts.remove(part)
            self.credit[part.payment_id] += part.vat + part.principal
        for each in plan.reductions:
            before = self.taken[each.bill_id]
            self.taken[each.bill_id] = Amounts(before.vat + each.amounts.vat, before.principal + each.amounts.principal)
        if plan.further is not None:
            new = UUID(int=1 + len(self.issued))
            self.issued[new], self.taken[new] = plan.further, Amounts(0, 0)
            self.chain = [new] if kind is CorrectionKind.REPLACEMENT else [*self.chain, new]
        available = [Credit(payment_id, amount) for payment_id, amount in self.credit.items() if amount]
        for use in use_credit(available, self.debts):
            self.allocate(use.payment_id, use.cleared.bill_id, use.cleared.vat, use.cleared.principal)
            self.credit[use.payment_id] -= use.cleared.vat + use.cleared.principal
        return plan

    def check(self) -> None:
        """Nothing is negative, and every đồng that was paid has a place."""
        for bill_id in self.issued:
            stands, is_open = self.stands(bill_id), self.open(bill_id)
            assert min(stands.vat, stands.principal, is_open.vat, is_open.principal) >= 0
        for payment_id, amount in self.paid.items():
            cleared = sum(part.vat + part.principal for part in self.parts if part.payment_id == payment_id)
            assert cleared + self.credit[payment_id] == amount
            assert self.credit[payment_id] >= 0
        assert not (any(self.credit.values()) and any(debt.vat + debt.principal for debt in self.debts))


@given(RATES, PRINCIPALS, KINDS, st.lists(st.tuples(PAYMENTS, PRINCIPALS), min_size=1, max_size=5))
def test_no_dong_appears_or_disappears_in_any_chain_of_corrections(
    rate: Decimal, principal: int, kind: CorrectionKind, corrections: list[tuple[list[int], int]]
) -> None:
    books = Books(rate, principal)
    for payments, corrected in corrections:
        for amount in payments:
            books.pay(amount)
        before, stood = books.owed, sum(books.stands(bill_id).total for bill_id in books.chain)
        try:
            plan = books.correct(kind, corrected)
        except NothingToCorrect:
            assert stood == books.amounts(corrected).total
            continue
        books.check()
        assert books.owed - before == plan.difference == books.amounts(corrected).total - stood
        # What stands of the chain is VAT at the bill's rate, rounded once on the whole.
        stands = [books.stands(bill_id) for bill_id in books.chain]
        assert sum(each.principal for each in stands) == corrected
        assert sum(each.vat for each in stands) == percent_of(corrected, rate)


def test_a_smaller_bill_keeps_the_money_that_still_fits() -> None:
    bill = StandingBill(UUID(int=1), Amounts(80, 1000))
    plan = plan_correction(CorrectionKind.ADJUSTMENT, [bill], Amounts(40, 500))
    paid_in_part = [StandingPart(1, UUID(int=9), bill.bill_id, 40, 0)]
    assert parts_to_release([bill], plan.reductions, paid_in_part) == []
    paid_wholly = [StandingPart(1, UUID(int=9), bill.bill_id, 80, 1000)]
    assert parts_to_release([bill], plan.reductions, paid_wholly) == paid_wholly


def test_a_bill_that_was_adjusted_is_never_replaced() -> None:
    check_method(CorrectionKind.ADJUSTMENT, None)
    check_method(CorrectionKind.ADJUSTMENT, CorrectionKind.ADJUSTMENT)
    with pytest.raises(MethodFixed):
        check_method(CorrectionKind.REPLACEMENT, CorrectionKind.ADJUSTMENT)


def test_one_person_cannot_ask_and_approve() -> None:
    check_people("Lan", "Minh")
    with pytest.raises(SamePersonTwice):
        check_people("Lan  Trần", " lan trần")
