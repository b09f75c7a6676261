"""Commissions of collectors are settled with their shifts; receipts that are taken back earn none."""

import asyncio
from datetime import date
from uuid import UUID

import pytest

from services.billing.agreed_terms import AgreedTerms
from services.billing.audit import audit_facts
from services.billing.commissions.rules import CommissionRule
from shared.contracts.billing import CollectorCommission, CommissionsReport, GetCommissions, Payment
from tests.integration.billing.billing_handlers import COLLECTOR, BillingHandlers

RULES = [CommissionRule(in_force_from=date(2018, 1, 1), per_receipt=800)]


async def paid(billing: BillingHandlers, receipts: int) -> tuple[UUID, list[Payment]]:
    """Take cash some times and close the shift with it."""
    shift_id = (await billing.open_shift()).shift.shift_id
    payments = [(await billing.cash(1_000)).payment for _ in range(receipts)]
    await billing.close_shift(shift_id, 1_000 * receipts)
    return shift_id, payments


async def with_debt(billing: BillingHandlers) -> None:
    billing.commission_rules = RULES
    await billing.collector()
    await billing.customer()
    await billing.bill(320)


async def of_month(billing: BillingHandlers, month: int = 11) -> list[CollectorCommission]:
    report: CommissionsReport = await billing.look(GetCommissions(year=2026, month=month))
    return report.commissions


async def violations(billing: BillingHandlers, rules: list[CommissionRule] | None = None) -> set[str]:
    agreed = AgreedTerms((), RULES if rules is None else rules)
    async with billing.pool.acquire() as connection:
        return {violation.rule for violation in (await audit_facts(connection, agreed)).violations}


async def test_a_settled_shift_pays_for_the_receipts_that_stand(billing: BillingHandlers) -> None:
    await with_debt(billing)
    shift_id = (await billing.open_shift()).shift.shift_id
    payments = [(await billing.cash(1_000)).payment for _ in range(3)]
    await billing.reverse(payments[0].payment_id)
    await billing.close_shift(shift_id, 2_000)
    assert await of_month(billing) == [], "nobody has counted yet"
    await billing.confirm_shift(shift_id, 2_000)
    [one] = await of_month(billing)
    assert (one.collector_code, one.collector_name, one.unit_code) == (COLLECTOR, "Trần Văn Thu", "PB1401")
    assert (one.settlements, one.receipts, one.earned, one.payable) == (1, 2, 1_600, 1_600)
    assert await of_month(billing, 12) == []
    assert await violations(billing) == set()


async def test_what_is_taken_back_after_the_settlement_is_taken_off_with_the_next_one(billing: BillingHandlers) -> None:
    await with_debt(billing)
    first, payments = await paid(billing, 3)
    await billing.confirm_shift(first, 3_000)
    await billing.reverse(payments[1].payment_id)
    [one] = await of_month(billing)
    assert (one.payable, one.to_take_off) == (2_400, 800)
    billing.commission_rules = [CommissionRule(in_force_from=date(2018, 1, 1), per_receipt=500)]
    second = (await billing.open_shift(opening_float=1_000)).shift.shift_id
    await billing.cash(1_000)
    await billing.close_shift(second, 1_000)
    await billing.confirm_shift(second, 1_000)
    [one] = await of_month(billing)
    assert (one.settlements, one.earned, one.taken_back_receipts, one.taken_back) == (2, 2_900, 1, 800)
    assert (one.payable, one.to_take_off) == (2_100, 0)


async def test_a_difference_that_waits_for_a_supervisor_pays_when_it_is_decided(billing: BillingHandlers) -> None:
    await with_debt(billing)
    shift_id = (await billing.open_shift(opening_float=100_000)).shift.shift_id
    await billing.cash(1_000)
    await billing.close_shift(shift_id, 1_000, explanation="Mất tiền lẻ")
    await billing.confirm_shift(shift_id, 1_000)
    assert await of_month(billing) == []
    await billing.decide_shift(shift_id)
    assert [one.earned for one in await of_month(billing)] == [800]
    assert await violations(billing) == set()


async def test_a_reversal_beside_the_settlement_is_in_it_or_taken_off_later(billing: BillingHandlers) -> None:
    await with_debt(billing)
    shift_id, payments = await paid(billing, 4)
    await asyncio.gather(
        billing.confirm_shift(shift_id, 4_000), *(billing.reverse(payment.payment_id) for payment in payments[:3])
    )
    [one] = await of_month(billing)
    assert one.payable - one.to_take_off == 800
    assert await violations(billing) == set()


async def test_what_a_version_before_has_settled_is_paid_with_the_next_settlement(billing: BillingHandlers) -> None:
    await with_debt(billing)
    first, _ = await paid(billing, 2)
    await billing.confirm_shift(first, 2_000)
    async with billing.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute("DELETE FROM shift_commissions")
    second, _ = await paid(billing, 1)
    await billing.confirm_shift(second, 1_000)
    assert [(one.settlements, one.earned) for one in await of_month(billing)] == [(2, 2_400)]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("UPDATE shift_commissions SET receipts = receipts + 1", "a commission is of the receipts that stood"),
        ("DELETE FROM commissions_taken_back", "a commission is of the receipts that stood"),
        ("UPDATE commissions_taken_back SET amount = 1", "a receipt that was taken back earns no commission"),
        ("UPDATE shift_commissions SET per_receipt = 900", "a commission is by the rule of its unit and day"),
    ],
)
async def test_the_audit_names_commissions_that_do_not_follow(billing: BillingHandlers, change: str, rule: str) -> None:
    await with_debt(billing)
    shift_id, payments = await paid(billing, 2)
    await billing.confirm_shift(shift_id, 2_000)
    await billing.reverse(payments[0].payment_id)
    assert await violations(billing) == set()
    async with billing.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(change)
    assert any(found.startswith(rule) for found in await violations(billing))
