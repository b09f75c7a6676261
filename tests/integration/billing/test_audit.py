"""The audit finds whatever is done to billing's tables behind its back, and nothing where all went well."""

import pytest

from services.billing.audit import audit_facts
from shared.contracts.common import PaymentMethod
from tests.integration.billing.billing_handlers import BillingHandlers

ANOTHER_ALLOCATION = """
INSERT INTO allocations (payment_id, bill_id, vat, principal, made_at)
SELECT payment_id, bill_id, vat, principal, made_at FROM allocations
"""

# As if cash had been recorded that is no more, and the totals had not been told.
FORGOTTEN = """
SET session_replication_role = replica;
DELETE FROM allocations;
DELETE FROM payments WHERE method = 'cash';
SET session_replication_role = origin
"""


async def busy_day(billing: BillingHandlers) -> None:
    """Two bills, cash, a transfer that leaves credit and one that is taken back, a shift that was closed."""
    await billing.customer()
    await billing.bill(50, 9)
    shift = (await billing.open_shift(opening_float=100_000)).shift
    paid = await billing.cash(107_136)
    await billing.bill(50, 10)
    over = await billing.pay(200_000)
    await billing.reverse(over.payment.payment_id)
    await billing.pay(100_000, method=PaymentMethod.COLLECTION_POINT)
    await billing.close_shift(shift.shift_id, 100_000 + paid.payment.amount)


async def rules(billing: BillingHandlers) -> set[str]:
    async with billing.pool.acquire() as connection:
        return {violation.rule for violation in (await audit_facts(connection)).violations}


async def test_an_honest_day_breaks_no_rule(billing: BillingHandlers) -> None:
    await busy_day(billing)
    assert await rules(billing) == set()


@pytest.mark.parametrize(
    ("tampering", "rule"),
    [
        ("UPDATE bills SET pre_vat = pre_vat + 1, total = total + 1", "a bill's total is its lines, and VAT once on"),
        ("UPDATE bills SET open_vat = vat", "what is open of a bill is its total less what standing payments cleared"),
        (ANOTHER_ALLOCATION, "no bill is paid twice without a credit to show for it"),
        ("UPDATE payments SET credit = credit + 1", "a payment is what it cleared and what it left as credit"),
        ("UPDATE payments SET reversed_at = now()", "a reversed payment clears nothing"),
        ("UPDATE allocations SET made_at = made_at + interval '1 hour'", "cash is taken only for what is owed"),
        # By a copy whose clock is behind.
        ("UPDATE allocations SET made_at = made_at - interval '1 hour'", "cash is taken only for what is owed"),
        ("DELETE FROM reversals", "a payment is reversed exactly when a reversal is recorded"),
        ("UPDATE accounts SET debt = debt + 1", "an account is the sum of its bills and payments"),
        ("UPDATE shifts SET difference = difference - 1", "a closed shift's difference is the counted cash less"),
        ("UPDATE shifts SET denominations = '{\"1000\": 1}'", "denominations add up to the counted cash"),
        ("UPDATE shift_totals SET cash = cash + 1", "the totals of a shift are those of its payments"),
        ("UPDATE shift_totals SET reversals = 1", "the totals of a shift are those of its payments"),
        ("DELETE FROM shift_totals", "the totals of a shift are those of its payments"),
        (FORGOTTEN, "the totals of a shift are those of its payments"),
        ("UPDATE metered_periods SET bill_id = NULL", "a metered period has one bill, and a bill one period"),
    ],
)
async def test_what_is_tampered_with_is_found(billing: BillingHandlers, tampering: str, rule: str) -> None:
    await busy_day(billing)
    await billing.pool.execute(tampering)
    assert any(found.startswith(rule) for found in await rules(billing))
