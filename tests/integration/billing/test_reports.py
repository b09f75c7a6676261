"""What was collected by day, unit and method, and how old open bills are."""

from datetime import date, timedelta

import pytest

from services.billing.handlers.get_ageing_report import get_ageing_report
from services.billing.handlers.get_collections_report import get_collections_report
from shared.contracts.billing import (
    AgedDebt,
    AgeingGroup,
    CollectedSum,
    DebtAge,
    GetAgeingReport,
    GetCollectionsReport,
)
from shared.contracts.common import PaymentMethod
from shared.problems import InvalidRequest
from shared.testing.builders import UNIT
from tests.integration.billing.billing_handlers import CODE, NOW, BillingHandlers

OTHER = "PB15020012345"
DAY = date(2026, 11, 22)


async def collected(
    billing: BillingHandlers, first: date = DAY, last: date = DAY, units: list[str] | None = None
) -> list[CollectedSum]:
    request = GetCollectionsReport(first_day=first, last_day=last, unit_codes=units or [])
    async with billing.reading() as work:
        return (await get_collections_report(request, work)).sums


async def aged(billing: BillingHandlers, units: list[str] | None = None) -> list[AgedDebt]:
    async with billing.reading() as work:
        report = await get_ageing_report(GetAgeingReport(unit_codes=units or []), work, clock=lambda: billing.now)
    return report.debts


async def test_what_stands_is_added_up_by_day_unit_and_method(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.customer(OTHER, unit=UNIT.model_copy(update={"unit_code": "PB1502"}), route_code="PB1502-R1")
    await billing.pay(40_000, code=CODE)
    await billing.pay(2_000, code=CODE)
    taken_back = await billing.pay(7_000, code=CODE)
    await billing.reverse(taken_back.payment.payment_id)
    await billing.pay(5_000, code=OTHER, method=PaymentMethod.COLLECTION_POINT)
    # 00:01 in Vietnam, where the day changes at 17:00 UTC.
    billing.now = NOW.replace(hour=17, minute=1)
    await billing.pay(1_000, code=CODE, received_at=billing.now)
    next_day = DAY + timedelta(days=1)

    sums = await collected(billing, DAY, next_day)

    assert [(one.day, one.unit_code, one.method, one.amount, one.payments) for one in sums] == [
        (DAY, "PB1401", PaymentMethod.TRANSFER, 42_000, 2),
        (DAY, "PB1502", PaymentMethod.COLLECTION_POINT, 5_000, 1),
        (next_day, "PB1401", PaymentMethod.TRANSFER, 1_000, 1),
    ]
    assert [one.amount for one in await collected(billing, DAY, next_day, ["PB1502"])] == [5_000]
    assert await collected(billing, DAY - timedelta(days=1), DAY - timedelta(days=1)) == []


@pytest.mark.parametrize(("first", "last"), [(DAY, DAY - timedelta(days=1)), (DAY - timedelta(days=93), DAY)])
async def test_a_report_has_at_least_one_day_and_at_most_a_quarter(
    billing: BillingHandlers, first: date, last: date
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await collected(billing, first, last)
    assert refused.value.slug == "report-too-long"


async def test_what_is_open_is_counted_by_how_long_it_is_due(billing: BillingHandlers) -> None:
    await billing.customer()
    bill = (await billing.bill(100)).bills[0]
    ages = []
    for days in (0, 1, 30, 31, 60, 61, 90, 91):
        billing.now = NOW + (bill.due_date - DAY) + timedelta(days=days)
        (debt,) = await aged(billing)
        assert (debt.unit_code, debt.customers, debt.bills, debt.amount) == ("PB1401", 1, 1, bill.total)
        ages.append(debt.age)
    assert ages == [
        DebtAge.NOT_DUE,
        DebtAge.UP_TO_30,
        DebtAge.UP_TO_30,
        DebtAge.UP_TO_60,
        DebtAge.UP_TO_60,
        DebtAge.UP_TO_90,
        DebtAge.UP_TO_90,
        DebtAge.OLDER,
    ]
    assert await aged(billing, ["PB1502"]) == []
    await billing.pay(bill.total)
    assert await aged(billing) == []


async def test_what_is_open_is_added_up_by_route_and_by_price_group(billing: BillingHandlers) -> None:
    for code, route, group in (
        (CODE, "PB1401-R1", "household"),
        ("PB14010012346", "PB1401-R1", "production_lt6kv"),
        ("PB14010012347", "PB1401-R2", "household"),
    ):
        await billing.customer(code, route_code=route, price_group=group)
        await billing.bill(100, code=code)
    owed = {code: (await billing.state(code)).debt for code in (CODE, "PB14010012346", "PB14010012347")}

    async def by(group: AgeingGroup) -> list[tuple[str, str, int, int]]:
        async with billing.reading() as work:
            report = await get_ageing_report(GetAgeingReport(by=group), work, clock=lambda: billing.now)
        return [(one.unit_code, one.group, one.customers, one.amount) for one in report.debts]

    assert await by(AgeingGroup.UNIT) == [("PB1401", "", 3, sum(owed.values()))]
    assert await by(AgeingGroup.ROUTE) == [
        ("PB1401", "PB1401-R1", 2, owed[CODE] + owed["PB14010012346"]),
        ("PB1401", "PB1401-R2", 1, owed["PB14010012347"]),
    ]
    assert await by(AgeingGroup.PRICE_GROUP) == [
        ("PB1401", "household", 2, owed[CODE] + owed["PB14010012347"]),
        ("PB1401", "production_lt6kv", 1, owed["PB14010012346"]),
    ]
