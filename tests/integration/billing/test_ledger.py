"""Whatever happens to an account, in whatever order, no đồng appears or disappears."""

from dataclasses import dataclass, field
from datetime import date
from random import Random
from uuid import UUID

import pytest

from services.billing.rounding.rules import RoundingRule
from shared.contracts.common import PaymentMethod
from shared.problems import Problem
from tests.integration.billing.billing_handlers import NOW, BillingHandlers


@dataclass
class Money:
    """A payment in the model: what of it lies on which bill; the rest is credit."""

    amount: int
    cash: bool
    on_bills: dict[int, list[int]] = field(default_factory=dict)
    """Bill → VAT and principal."""
    standing: bool = True

    @property
    def left(self) -> int:
        return self.amount - sum(map(sum, self.on_bills.values())) if self.standing else 0


@dataclass
class Ledger:
    """The simplest ledger that could be right: it looks at all bills and all money after every step."""

    bills: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Age (year x 12 + month) → VAT and principal."""
    money: dict[UUID, Money] = field(default_factory=dict)

    def open(self, age: int) -> list[int]:
        cleared = [money.on_bills[age] for money in self.money.values() if money.standing and age in money.on_bills]
        return [self.bills[age][part] - sum(on[part] for on in cleared) for part in (0, 1)]

    def settle(self) -> None:
        """Put what is left of each payment, the first payment first, on what is open, the oldest bill first."""
        for money in self.money.values():
            for age in sorted(self.bills):
                for part in (0, 1):
                    used = min(money.left, self.open(age)[part])
                    if used:
                        money.on_bills.setdefault(age, [0, 0])[part] += used

    @property
    def debt(self) -> int:
        return sum(sum(self.open(age)) for age in self.bills)

    @property
    def credit(self) -> int:
        return sum(money.left for money in self.money.values())


@pytest.mark.parametrize("seed", range(6))
async def test_random_days_end_as_the_model_says(billing: BillingHandlers, seed: int) -> None:
    rng = Random(seed)
    billing.cash_ceiling = 10**11
    billing.rounding_rules = [RoundingRule(in_force_from=date.min, step=1000)]
    ledger = Ledger()
    await billing.customer()
    shift_id = (await billing.open_shift()).shift.shift_id
    months = list(range(1, 37))
    rng.shuffle(months)
    version = 0
    for _ in range(45):
        match rng.choices(["bill", "cash", "posting", "reverse"], [4, 4, 3, 3])[0]:
            case "bill" if months:
                age = months.pop()
                year, month = 2024 + (age - 1) // 12, (age - 1) % 12 + 1
                account = await billing.bill(rng.choice([0, 1, 40, 120, 333]), month, year=year)
                bill = next(bill for bill in account.bills if (bill.year, bill.month) == (year, month))
                ledger.bills[age] = (bill.vat, bill.pre_vat)
                version += 1
            case "cash":
                asked = max(1, -(-ledger.debt // 1000)) * 1000
                amount = min(rng.choice([1000, 50_000, asked, asked]), asked)
                if ledger.debt == 0:
                    with pytest.raises(Problem, match=r"already-paid|nothing-to-pay"):
                        await billing.cash(amount)
                    continue
                reply = await billing.cash(amount)
                ledger.money[reply.payment.payment_id] = Money(amount, cash=True)
                version += 1
            case "posting":
                amount = rng.choice([1, 12_345, 100_000, 700_000, max(1, ledger.debt)])
                reply = await billing.pay(amount, method=PaymentMethod.COLLECTION_POINT)
                ledger.money[reply.payment.payment_id] = Money(amount, cash=False)
                version += 1
            case "reverse" if standing := [key for key, money in ledger.money.items() if money.standing]:
                payment_id = rng.choice(standing)
                reply = await billing.reverse(payment_id)
                assert sum(part.vat + part.principal for part in reply.payment.allocations) + reply.payment.credit == (
                    ledger.money[payment_id].amount
                )
                ledger.money[payment_id].standing = False
                version += 1
            case _:
                continue
        ledger.settle()
        await check(billing, ledger, version, shift_id)
    closed = await billing.close_shift(shift_id, (await billing.shift()).shift.cash_in_hand)
    cash = [money for money in ledger.money.values() if money.cash]
    assert closed.shift.totals.cash == sum(money.amount for money in cash if money.standing)
    assert closed.shift.totals.reversals == sum(not money.standing for money in cash)


async def check(billing: BillingHandlers, ledger: Ledger, version: int, shift_id: UUID) -> None:
    """Compare everything that can be seen from outside with the model."""
    account = await billing.account(history=60)
    assert (account.account.debt, account.account.credit) == (ledger.debt, ledger.credit)
    assert account.account.version == version
    assert account.account.debt == 0 or account.account.credit == 0
    for bill in account.bills:
        age = (bill.year - 2024) * 12 + bill.month
        assert [bill.open_vat, bill.open_principal] == ledger.open(age)
    for payment in account.payments:
        parts = sum(part.vat + part.principal for part in payment.allocations)
        assert parts + payment.credit == payment.amount
        if payment.reversed_at is None:
            assert payment.credit == ledger.money[payment.payment_id].left
    billed = sum(sum(bill) for bill in ledger.bills.values())
    received = sum(money.amount for money in ledger.money.values() if money.standing)
    assert billed - account.account.debt == received - account.account.credit
    last = (await billing.emitted())[-1]
    # A release tells of many accounts at once.
    [told] = last.get("accounts") or [last["account"]]
    assert told == account.account.model_dump(mode="json")
    assert (await billing.shift(shift_id)).shift.cash_in_hand == sum(
        money.amount for money in ledger.money.values() if money.cash and money.standing
    )
    assert billing.now > NOW
