"""Numbers that were ported go through the chain, and at the price, of the network that they are in now."""

from collections.abc import Awaitable, Callable, Mapping

import asyncpg
import pytest
import pytest_asyncio

from services.notify.domain.chains import Chain, Chains, Step
from services.notify.domain.delivery_reports import DeliveryReport, DeliveryState
from services.notify.domain.terms import Terms
from services.notify.domain.verdict import Limits
from services.notify.store.ported_numbers import PortedNumber, Source, keep_ported, read_ported
from shared.phones import Operator as Network
from tests.integration.notify.notices import NOON, PHONE, Clock, Operator, notice
from tests.integration.notify.notify_handlers import Notify

VIETTEL, VINAPHONE = Network.VIETTEL, Network.VINAPHONE
PREFIX_OF_VIETTEL = "+84973000001"


@pytest.fixture
def of_viettel() -> Operator:
    return Operator(name="of_viettel")


@pytest.fixture
def of_others() -> Operator:
    return Operator(name="of_others")


@pytest_asyncio.fixture
async def notify(pool_for: Callable[..., Awaitable[asyncpg.Pool]], of_viettel: Operator, of_others: Operator) -> Notify:
    chains = Chains([Chain([Step({"of_viettel": 1})], operators={VIETTEL})], ["of_others"])
    terms = {"of_others": Terms(price=800, prices={VINAPHONE: 750})}
    pool = await pool_for("notify")
    return Notify(pool, [of_viettel, of_others], Clock(), Limits(), chains=chains, terms=terms)


async def keep(notify: Notify, operators: Mapping[str, Network], source: Source = Source.LIST) -> None:
    async with notify.pool.acquire() as connection:
        await keep_ported(connection, operators, source, NOON)


async def known(notify: Notify, phone: str = PREFIX_OF_VIETTEL) -> PortedNumber | None:
    async with notify.pool.acquire() as connection:
        return await read_ported(connection, phone)


async def send(notify: Notify, phone: str, code: str) -> None:
    await notify.consume(notice(phone=phone, code=code))
    await notify.sender.send_due()


async def test_an_sms_takes_the_chain_and_the_price_of_the_network_that_the_number_was_ported_to(
    notify: Notify, of_viettel: Operator, of_others: Operator
) -> None:
    await keep(notify, {PREFIX_OF_VIETTEL: VINAPHONE, PHONE: VIETTEL})
    await send(notify, PREFIX_OF_VIETTEL, "PB14010000001")
    await send(notify, PHONE, "PB14010000002")
    assert [sms.phone for sms in of_others.sent] == [PREFIX_OF_VIETTEL]
    assert [sms.phone for sms in of_viettel.sent] == [PHONE]
    rows = await notify.pool.fetch("SELECT operator, cost FROM attempts ORDER BY cost")
    assert [(row["operator"], row["cost"]) for row in rows] == [("viettel", 0), ("vinaphone", 750)]


async def test_the_network_that_a_provider_reports_is_learned_where_the_prefix_does_not_tell_it(
    notify: Notify, of_others: Operator
) -> None:
    await send(notify, PREFIX_OF_VIETTEL, "PB14010000001")
    await send(notify, "+84973000002", "PB14010000002")
    for report in (
        DeliveryReport("of_viettel", "of_viettel-1", None, DeliveryState.DELIVERED, operator=VINAPHONE),
        DeliveryReport("of_viettel", "of_viettel-2", None, DeliveryState.DELIVERED, operator=VIETTEL),
    ):
        await notify.sender.record_report(report)
    found = await known(notify)
    assert found is not None
    assert (found.operator, found.source) == (VINAPHONE, Source.PROVIDER)
    assert await known(notify, "+84973000002") is None

    await send(notify, PREFIX_OF_VIETTEL, "PB14010000004")
    assert [sms.phone for sms in of_others.sent] == [PREFIX_OF_VIETTEL]


async def test_a_report_that_comes_before_the_answer_is_learned_from_later(notify: Notify) -> None:
    await notify.sender.record_report(
        DeliveryReport("of_viettel", "of_viettel-1", None, DeliveryState.DELIVERED, operator=VINAPHONE)
    )
    await send(notify, PREFIX_OF_VIETTEL, "PB14010000001")
    await notify.sender.send_due()
    found = await known(notify)
    assert found is not None
    assert found.operator is VINAPHONE


async def test_what_a_provider_reports_replaces_no_imported_number_and_what_is_imported_replaces_all(
    notify: Notify,
) -> None:
    await keep(notify, {PREFIX_OF_VIETTEL: VINAPHONE})
    await keep(notify, {PREFIX_OF_VIETTEL: Network.MOBIFONE}, Source.PROVIDER)
    found = await known(notify)
    assert found is not None
    assert (found.operator, found.source) == (VINAPHONE, Source.LIST)

    await keep(notify, {PHONE: VINAPHONE}, Source.PROVIDER)
    await keep(notify, {PHONE: VIETTEL})
    other = await known(notify, PHONE)
    assert other is not None
    assert (other.operator, other.source) == (VIETTEL, Source.LIST)
