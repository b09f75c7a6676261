"""Two phones at one door: the second is told who counts money there, for seconds, and nothing is refused for it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from services.gateway.store import door_leases
from shared.problems import Problem
from tests.integration.gateway.back_office import TOTAL
from tests.integration.gateway.conftest import CUSTOMER, GatewaySystem

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


async def test_the_second_phone_is_told_who_counts_money_and_until_when(gateway: GatewaySystem) -> None:
    first, second = await gateway.phone(), await gateway.phone()
    assert await first.count_money(CUSTOMER) is None
    told = await second.count_money(CUSTOMER)
    assert told is not None
    assert told["collector_code"] == "TN001"
    ends = datetime.fromisoformat(told["until"]) - datetime.now(UTC)
    assert timedelta(0) < ends <= timedelta(seconds=60)
    assert await first.count_money(CUSTOMER) is None, "its own lease begins anew"


async def test_looking_at_an_account_is_no_counting_and_the_office_counts_nothing(gateway: GatewaySystem) -> None:
    first, second = await gateway.phone(), await gateway.phone()
    cashier = await gateway.desk("cashier")
    await first.account(CUSTOMER)
    path = f"/v1/customers/{CUSTOMER}/account"
    assert (await cashier.call("GET", path, query={"counting": "true"}))["counted_by"] is None
    assert await second.count_money(CUSTOMER) is None
    assert (await first.call("GET", path))["counted_by"] is None
    assert (await cashier.call("GET", path, query={"counting": "true"}))["counted_by"] is None


async def test_no_money_is_refused_because_another_phone_counts(gateway: GatewaySystem) -> None:
    first, second = await gateway.phone(), await gateway.phone()
    cashier = await gateway.desk("cashier")
    point = await gateway.desk("collection_point", collection_point_code="VNPOST-CM01")
    await first.count_money(CUSTOMER)
    for paid in (
        await second.pay(CUSTOMER, TOTAL),
        await cashier.record_transfer(CUSTOMER, TOTAL, "FT26327000001"),
        await point.post(CUSTOMER, TOTAL, "VNPOST-1"),
    ):
        assert paid.payment.amount == TOTAL


async def test_a_lease_expires_by_itself(gateway: GatewaySystem) -> None:
    first, second = await gateway.phone(), await gateway.phone()
    assert first.device_id is not None
    assert second.device_id is not None
    until = NOW + timedelta(seconds=60)
    async with gateway.pool.acquire() as connection:
        assert await door_leases.take(connection, CUSTOMER, first.device_id, until, NOW) is None
        just_before = until - timedelta(milliseconds=1)
        held = await door_leases.take(connection, CUSTOMER, second.device_id, just_before, just_before)
        assert held is not None
        assert held.until == until
        later = until + timedelta(seconds=60)
        assert await door_leases.take(connection, CUSTOMER, second.device_id, later, until) is None
        assert (await door_leases.take(connection, CUSTOMER, first.device_id, later, until)) is not None
        await door_leases.forget(connection, later)
        assert await connection.fetchval("SELECT count(*) FROM door_leases") == 0


async def test_of_many_phones_at_once_one_counts_and_all_others_are_told_the_same(gateway: GatewaySystem) -> None:
    phones = [await gateway.phone() for _ in range(5)]
    told = await asyncio.gather(*(phone.count_money(CUSTOMER) for phone in phones))
    assert told.count(None) == 1
    assert len({one["device_name"] for one in told if one is not None}) == 1


async def test_a_door_of_another_route_is_not_found_and_its_lease_not_taken(gateway: GatewaySystem) -> None:
    phone, own = await gateway.phone(), await gateway.phone("TN002")
    await gateway.add_customer("PB15010009999", "TN002")
    with pytest.raises(Problem, match="not-found"):
        await phone.count_money("PB15010009999")
    assert await own.count_money("PB15010009999") is None
