"""What was paid on a day, by the route of who paid."""

from datetime import date, timedelta

import pytest

from services.billing.handlers.get_day_of_payments import get_day_of_payments
from shared.contracts.billing import GetDayOfPayments, RoutePayments
from shared.contracts.common import PaymentMethod
from shared.problems import InvalidRequest
from shared.testing.builders import UNIT
from tests.integration.billing.billing_handlers import CODE, COLLECTOR, NOW, BillingHandlers

OTHER = "PB15020012345"
DAY = date(2026, 11, 22)


async def day(billing: BillingHandlers, of: date = DAY, **which: object) -> list[RoutePayments]:
    async with billing.reading() as work:
        return (await get_day_of_payments(GetDayOfPayments.model_validate({"day": of, **which}), work)).routes


async def test_a_day_counts_what_stands_by_method_and_leaves_out_what_was_taken_back(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(320)
    await billing.open_shift()
    await billing.cash(100_000)
    await billing.pay(40_000)
    await billing.pay(5_000, method=PaymentMethod.COLLECTION_POINT)
    taken_back = await billing.pay(7_000)
    await billing.reverse(taken_back.payment.payment_id)

    [route] = await day(billing)

    assert (route.unit_code, route.collector_code) == ("PB1401", COLLECTOR)
    assert (route.cash, route.cash_payments) == (100_000, 1)
    assert (route.transfers, route.transfer_payments) == (40_000, 1)
    assert (route.collection_points, route.collection_point_payments) == (5_000, 1)


async def test_a_day_is_that_of_vietnam_and_of_the_units_asked_for(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.customer(OTHER, unit=UNIT.model_copy(update={"unit_code": "PB1502"}), route_code="PB1502-R1")
    # 23:59 and 00:01 in Vietnam, where the day changes at 17:00 UTC.
    billing.now = NOW.replace(hour=16, minute=59)
    await billing.pay(1_000, code=CODE, received_at=billing.now)
    billing.now = NOW.replace(hour=17, minute=1)
    await billing.pay(2_000, code=OTHER, received_at=billing.now)

    assert [route.transfers for route in await day(billing)] == [1_000]
    assert [route.transfers for route in await day(billing, DAY + timedelta(days=1))] == [2_000]
    assert await day(billing, DAY, unit_codes=["PB1502"]) == []
    [first] = await day(billing, DAY, unit_codes=["PB1401"])
    assert await day(billing, DAY, after=first.route_code) == []


async def test_a_day_that_no_calendar_reaches_is_refused(billing: BillingHandlers) -> None:
    with pytest.raises(InvalidRequest):
        await day(billing, date.min)
