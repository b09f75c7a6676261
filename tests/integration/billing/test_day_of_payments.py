"""What was paid on a day, by the route of who paid."""

from datetime import date, timedelta

import pytest

from services.billing.handlers.get_day_of_payments import get_day_of_payments
from services.billing.handlers.get_hours_of_payments import get_hours_of_payments
from shared.contracts.billing import GetDayOfPayments, GetHoursOfPayments, RoutePayments
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


async def hours(billing: BillingHandlers, of: date = DAY, **which: object) -> list[tuple[int, int, int]]:
    async with billing.reading() as work:
        asked = GetHoursOfPayments.model_validate({"day": of, **which})
        return [(one.hour, one.amount, one.payments) for one in (await get_hours_of_payments(asked, work)).hours]


async def test_hours_are_those_of_the_clock_in_vietnam_and_leave_out_what_was_taken_back(
    billing: BillingHandlers,
) -> None:
    await billing.customer()
    await billing.customer(OTHER, unit=UNIT.model_copy(update={"unit_code": "PB1502"}), route_code="PB1502-R1")
    # 07:59, 08:00 and 23:59 in Vietnam.
    for hour, minute, amount in ((0, 59, 1_000), (1, 0, 2_000), (1, 30, 4_000), (16, 59, 8_000)):
        billing.now = NOW.replace(hour=hour, minute=minute, second=0, microsecond=0)
        await billing.pay(amount, received_at=billing.now)
    await billing.pay(16_000, code=OTHER, received_at=billing.now)
    await billing.reverse((await billing.pay(32_000, received_at=billing.now)).payment.payment_id)

    assert await hours(billing) == [(7, 1_000, 1), (8, 6_000, 2), (23, 24_000, 2)]
    assert await hours(billing, unit_codes=["PB1401"]) == [(7, 1_000, 1), (8, 6_000, 2), (23, 8_000, 1)]
    assert await hours(billing, DAY + timedelta(days=1)) == []
    with pytest.raises(InvalidRequest):
        await hours(billing, date.min)
