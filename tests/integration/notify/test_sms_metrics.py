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
from tests.integration.notify.notices import Operator, Watch, notice
from tests.integration.notify.notify_handlers import Desk

PoolFor = Callable[..., Awaitable[asyncpg.Pool]]


@pytest_asyncio.fixture
async def pool(pool_for: PoolFor) -> asyncpg.Pool:
    return await pool_for("notify")


def shown(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


@pytest.fixture
def watch() -> Watch:
    return Watch()


async def measure(desk: Desk, budget: Budget | None = None) -> None:
    async with desk.pool.acquire() as connection:
        await metrics.measure_sms(connection, budget or Budget(), {"operator"}, desk.watch())


async def test_an_unknown_sms_is_shown_with_its_age_until_a_report_settles_it(pool: asyncpg.Pool, watch: Watch) -> None:
    desk = Desk(pool, [Operator(ConnectionResetError("cut"))], watch, Limits())
    await desk.consume(notice())
    await desk.sender.send_due()
    watch.advance(hours=3)
    await measure(desk)
    assert shown("thungan_sms_unknown") == 1
    assert shown("thungan_sms_oldest_unknown_seconds") == 3 * 3600

    [reference] = [row["client_reference"] for row in await pool.fetch("SELECT client_reference FROM attempts")]
    await desk.sender.record_report(DeliveryReport("operator", "77", reference, DeliveryState.DELIVERED))
    await measure(desk)

    assert shown("thungan_sms_unknown") == 0
    assert shown("thungan_sms_oldest_unknown_seconds") == 0


async def test_a_provider_is_shown_as_left_alone_until_it_works_again(pool: asyncpg.Pool, watch: Watch) -> None:
    operator = Operator(Handover.REJECTED_PROVIDER, Handover.ACCEPTED)
    desk = Desk(pool, [operator], watch, Limits())
    await desk.consume(notice())
    await desk.sender.send_due()
    await measure(desk)
    assert shown("thungan_sms_provider_left_alone", provider="operator") == 1

    watch.advance(minutes=6)
    await desk.sender.send_due()
    await measure(desk)

    assert len(operator.sent) == 2
    assert shown("thungan_sms_provider_left_alone", provider="operator") == 0


async def test_a_provider_that_accepts_and_reports_nothing_is_shown_until_it_reports(
    pool: asyncpg.Pool, watch: Watch
) -> None:
    desk = Desk(pool, [Operator()], watch, Limits())
    await measure(desk)
    assert shown("thungan_sms_unreported_seconds", provider="operator") == 0

    await desk.consume(notice())
    await desk.sender.send_due()
    watch.advance(hours=2)
    await measure(desk)
    assert shown("thungan_sms_unreported_seconds", provider="operator") == 2 * 3600

    await desk.sender.record_report(DeliveryReport("operator", "of nobody", None, DeliveryState.DELIVERED))
    await measure(desk)
    assert shown("thungan_sms_unreported_seconds", provider="operator") == 0


async def test_what_is_spent_is_shown_beside_the_budget(pool: asyncpg.Pool, watch: Watch) -> None:
    desk = Desk(pool, [Operator()], watch, Limits(), terms={"operator": Terms(price=800)})
    await desk.consume(notice())
    await desk.sender.send_due()
    budget = Budget(per_day=1000, per_month=5000)
    await measure(desk, budget)
    assert (shown("thungan_sms_spent_dong", period="day"), shown("thungan_sms_budget_dong", period="day")) == (
        800,
        1000,
    )

    watch.advance(days=1)
    await measure(desk, budget)

    assert shown("thungan_sms_spent_dong", period="day") == 0
    assert shown("thungan_sms_spent_dong", period="month") == 800
    assert shown("thungan_sms_budget_dong", period="month") == 5000
