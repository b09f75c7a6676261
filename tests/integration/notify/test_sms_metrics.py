"""What the alerts about SMS look at, on a real database."""

from collections.abc import Awaitable, Callable

import asyncpg
import pytest
import pytest_asyncio

from services.notify import metrics
from services.notify.domain.budgets import Budget
from services.notify.domain.delivery_reports import DeliveryReport, DeliveryState
from services.notify.domain.outcome import Handover
from services.notify.domain.terms import Terms
from services.notify.domain.verdict import Limits
from shared.metrics import REGISTRY
from tests.integration.notify.notices import Clock, Operator, notice
from tests.integration.notify.notify_handlers import Notify

PoolFor = Callable[..., Awaitable[asyncpg.Pool]]


@pytest_asyncio.fixture
async def pool(pool_for: PoolFor) -> asyncpg.Pool:
    return await pool_for("notify")


def shown(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def measure(notify: Notify, budget: Budget | None = None) -> None:
    async with notify.pool.acquire() as connection:
        await metrics.measure_sms(connection, budget or Budget(), {"operator"}, notify.clock())


async def test_an_unknown_sms_is_shown_with_its_age_until_a_report_settles_it(pool: asyncpg.Pool, clock: Clock) -> None:
    notify = Notify(pool, [Operator(ConnectionResetError("cut"))], clock, Limits())
    await notify.consume(notice())
    await notify.sender.send_due()
    clock.advance(hours=3)
    await measure(notify)
    assert shown("thungan_sms_unknown") == 1
    assert shown("thungan_sms_oldest_unknown_seconds") == 3 * 3600

    [reference] = [row["client_reference"] for row in await pool.fetch("SELECT client_reference FROM attempts")]
    await notify.sender.record_report(DeliveryReport("operator", "77", reference, DeliveryState.DELIVERED))
    await measure(notify)

    assert shown("thungan_sms_unknown") == 0
    assert shown("thungan_sms_oldest_unknown_seconds") == 0


async def test_a_provider_is_shown_as_left_alone_until_it_works_again(pool: asyncpg.Pool, clock: Clock) -> None:
    operator = Operator(Handover.REJECTED_PROVIDER, Handover.ACCEPTED)
    notify = Notify(pool, [operator], clock, Limits())
    await notify.consume(notice())
    await notify.sender.send_due()
    await measure(notify)
    assert shown("thungan_sms_provider_left_alone", provider="operator") == 1

    clock.advance(minutes=6)
    await notify.sender.send_due()
    await measure(notify)

    assert len(operator.sent) == 2
    assert shown("thungan_sms_provider_left_alone", provider="operator") == 0


async def test_a_provider_that_accepts_and_reports_nothing_is_shown_until_it_reports(
    pool: asyncpg.Pool, clock: Clock
) -> None:
    notify = Notify(pool, [Operator()], clock, Limits())
    await measure(notify)
    assert shown("thungan_sms_unreported_seconds", provider="operator") == 0

    await notify.consume(notice())
    await notify.sender.send_due()
    clock.advance(hours=2)
    await measure(notify)
    assert shown("thungan_sms_unreported_seconds", provider="operator") == 2 * 3600

    await notify.sender.record_report(DeliveryReport("operator", "of nobody", None, DeliveryState.DELIVERED))
    await measure(notify)
    assert shown("thungan_sms_unreported_seconds", provider="operator") == 0


async def test_what_is_spent_is_shown_beside_the_budget(pool: asyncpg.Pool, clock: Clock) -> None:
    notify = Notify(pool, [Operator()], clock, Limits(), terms={"operator": Terms(price=800)})
    await notify.consume(notice())
    await notify.sender.send_due()
    budget = Budget(per_day=1000, per_month=5000)
    await measure(notify, budget)
    assert (shown("thungan_sms_spent_dong", period="day"), shown("thungan_sms_budget_dong", period="day")) == (
        800,
        1000,
    )

    clock.advance(days=1)
    await measure(notify, budget)

    assert shown("thungan_sms_spent_dong", period="day") == 0
    assert shown("thungan_sms_spent_dong", period="month") == 800
    assert shown("thungan_sms_budget_dong", period="month") == 5000
