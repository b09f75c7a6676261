"""Which provider gets an SMS, and which are left alone."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
import pytest_asyncio

from services.notify.delivery.circumstances import midnight_before
from services.notify.domain.chains import Chain, Chains, Step
from services.notify.domain.outcome import Handover
from services.notify.domain.terms import Terms
from services.notify.domain.verdict import Limits
from services.notify.providers.base import HandoverResult, OutgoingSms
from services.notify.store.costs import ProviderCosts, provider_costs
from shared.contracts.notify import ReminderState
from shared.phones import Operator as Network
from tests.integration.notify.notices import Clock, Operator, notice
from tests.integration.notify.notify_handlers import Notify

PoolFor = Callable[..., Awaitable[asyncpg.Pool]]


@pytest_asyncio.fixture
async def pool(pool_for: PoolFor) -> asyncpg.Pool:
    return await pool_for("notify")


def notices(number: int) -> list[object]:
    return [notice(code=f"PB1401{n:07d}", phone=f"+8495300{n:04d}") for n in range(number)]


async def test_a_customer_of_an_operator_goes_through_the_chain_for_it(pool: asyncpg.Pool) -> None:
    viettel, others = Operator(name="viettel"), Operator(name="others")
    chains = Chains([Chain([Step({"viettel": 1})], operators={Network.VIETTEL})], ["others"])
    notify = Notify(pool, [viettel, others], Clock(), Limits(), chains=chains)
    await notify.consume(
        notice(code="PB14010000001", phone="+84961000001"), notice(code="PB14010000002", phone="+84901000001")
    )

    await notify.sender.send_due()

    assert [sms.phone for sms in viettel.sent] == ["+84961000001"]
    assert [sms.phone for sms in others.sent] == ["+84901000001"]


async def test_each_attempt_keeps_what_it_costs(pool: asyncpg.Pool) -> None:
    terms = {"operator": Terms(price=800, prices={Network.VIETTEL: 770})}
    notify = Notify(pool, [Operator()], Clock(), Limits(), terms=terms)
    await notify.consume(
        notice(code="PB14010000001", phone="+84961000001"), notice(code="PB14010000002", phone="+84901000001")
    )

    await notify.sender.send_due()

    costs = await pool.fetch("SELECT operator, cost FROM attempts ORDER BY operator")
    assert [tuple(row) for row in costs] == [("mobifone", 800), ("viettel", 770)]


async def test_what_was_sent_or_may_have_been_is_what_a_provider_costs(pool: asyncpg.Pool) -> None:
    operator = Operator(Handover.ACCEPTED, Handover.REJECTED_NUMBER, ConnectionResetError("cut"))
    clock = Clock()
    notify = Notify(pool, [operator], clock, Limits(), terms={"operator": Terms(price=800)})
    await notify.consume(*notices(3))  # type: ignore[arg-type]
    await notify.sender.send_due()
    began = midnight_before(clock())

    async with pool.acquire() as connection:
        today = await provider_costs(connection, began, began)
        tomorrow = await provider_costs(connection, began, began + timedelta(days=1))

    assert today == [ProviderCosts("operator", 1, 1, cost_today=1600, cost_this_month=1600)]
    assert tomorrow == [ProviderCosts("operator", 0, 0, cost_today=0, cost_this_month=1600)]


async def test_a_provider_that_cannot_be_reached_is_passed_over_until_a_probe_gets_through(pool: asyncpg.Pool) -> None:
    first, second = Operator(Handover.NOT_SENT, name="first"), Operator(name="second")
    clock = Clock()
    notify = Notify(pool, [first, second], clock, Limits())
    await notify.consume(*notices(20))  # type: ignore[arg-type]
    await notify.sender.send_due()
    assert (len(first.sent), len(second.sent)) == (5, 20), "after five in a row it is left alone"

    clock.advance(seconds=31)
    await notify.consume(notice(code="PB14010000021"), notice(code="PB14010000022", phone="+84953000022"))
    await notify.sender.send_due()
    assert (len(first.sent), len(second.sent)) == (6, 22), "one SMS has shown that it does not work yet"

    clock.advance(seconds=61)
    first.answers = [Handover.ACCEPTED]
    await notify.consume(*(notice(code=f"PB140100000{n}", phone=f"+849530000{n}") for n in range(30, 33)))
    await notify.sender.send_due()
    assert (len(first.sent), len(second.sent)) == (9, 22)


async def test_a_provider_that_refuses_us_is_left_alone_by_every_copy(pool: asyncpg.Pool) -> None:
    first, second = Operator(Handover.REJECTED_PROVIDER, name="first"), Operator(name="second")
    notify = Notify(pool, [first, second], Clock(), Limits())
    await notify.consume(notice())
    await notify.sender.send_due()
    await notify.consume(notice(version=2))

    await notify.another_sender().send_due()

    assert (len(first.sent), len(second.sent)) == (1, 2)
    [row] = await pool.fetch("SELECT provider, reason FROM provider_breakers WHERE open_until IS NOT NULL")
    assert row["provider"] == "first"


async def test_a_customer_without_zalo_waits_for_the_sms_that_cannot_leave_now(pool: asyncpg.Pool) -> None:
    clock = Clock()
    zalo = Operator(Handover.UNREACHABLE, name="zalo")
    esms = Operator(Handover.REJECTED_PROVIDER, Handover.ACCEPTED, name="esms")
    chains = Chains([Chain([Step({"esms": 1}), Step({"zalo": 1})])], [])
    notify = Notify(pool, [zalo, esms], clock, Limits(), chains=chains)
    await notify.consume(notice())

    await notify.sender.send_due()
    assert [tuple(row) for row in await pool.fetch("SELECT state, cause FROM reminders")] == [
        ("scheduled", "unreachable")
    ]
    clock.advance(minutes=6)
    await notify.sender.send_due()

    assert (len(zalo.sent), len(esms.sent)) == (1, 2)
    assert await pool.fetchval("SELECT state FROM reminders") == "sent"


async def test_a_series_of_lost_answers_leaves_a_provider_alone(pool: asyncpg.Pool) -> None:
    first, second = Operator(ConnectionResetError("cut"), name="first"), Operator(name="second")
    notify = Notify(pool, [first, second], Clock(), Limits())
    await notify.consume(*notices(12))  # type: ignore[arg-type]

    await notify.sender.send_due()

    assert (len(first.sent), len(second.sent)) == (5, 7)
    assert await notify.violations() == []


async def test_no_more_are_handed_over_at_once_than_the_window_holds(pool: asyncpg.Pool) -> None:
    operator = Operator()
    under_way: set[str] = set()
    most = 0

    class Slow(Operator):
        async def send(self, sms: OutgoingSms) -> HandoverResult:
            nonlocal most
            under_way.add(sms.client_reference)
            most = max(most, len(under_way))
            await asyncio.sleep(0)
            result = await super().send(sms)
            under_way.discard(sms.client_reference)
            return result

    operator = Slow()
    notify = Notify(pool, [operator], Clock(), Limits(), terms={"operator": Terms(window=3)})
    await notify.consume(*notices(20))  # type: ignore[arg-type]

    await notify.another_sender(concurrency=10).send_due()

    assert len(operator.sent) == 20
    assert most == 3


async def test_what_a_provider_takes_later_waits_until_then(pool: asyncpg.Pool) -> None:
    clock = Clock()

    class Closed(Operator):
        async def send(self, sms: OutgoingSms) -> HandoverResult:
            await super().send(sms)
            return HandoverResult(Handover.CLOSED, retry_at=clock() + timedelta(hours=3))

    operator = Closed()
    notify = Notify(pool, [operator], clock, Limits())
    await notify.consume(notice())
    await notify.sender.send_due()
    clock.advance(hours=2)
    await notify.sender.send_due()
    assert len(operator.sent) == 1
    assert (await notify.reminder()).state is ReminderState.SCHEDULED

    clock.advance(hours=1)
    await notify.sender.send_due()

    assert len(operator.sent) == 2
