"""A budget stops messages in bulk, to the đồng, and nothing else."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta

import asyncpg
import pytest
import pytest_asyncio

from services.notify.campaigns.planner import Planner
from services.notify.domain.budgets import Budget
from services.notify.domain.kinds import Kind, KindRule, MessageRule
from services.notify.domain.outcome import Handover
from services.notify.domain.terms import Terms
from services.notify.domain.verdict import Limits
from shared.clock import VIETNAM
from shared.contracts.billing import BillIssued
from shared.contracts.customer import CustomerChanged
from shared.testing.builders import account, bill, customer
from tests.integration.notify.notices import Clock, Operator, notice
from tests.integration.notify.notify_handlers import Consumed, Notify

PoolFor = Callable[..., Awaitable[asyncpg.Pool]]

EIGHT = datetime(2026, 11, 29, 8, tzinfo=VIETNAM)
DUE = date(2026, 11, 28)
PRICE = 800


@pytest_asyncio.fixture
async def pool(pool_for: PoolFor) -> asyncpg.Pool:
    return await pool_for("notify")


@pytest.fixture
def operator() -> Operator:
    return Operator()


@pytest.fixture
def clock() -> Clock:
    return Clock(EIGHT)


def notify_with(
    pool: asyncpg.Pool, operator: Operator, clock: Clock, budget: Budget, *, by_law: bool = False
) -> Notify:
    kinds = {
        Kind.AWAY: KindRule(switched_on=True),
        Kind.OVERDUE: KindRule(switched_on=True, days=1, within_days=3, required_by_law=by_law),
    }
    limits = Limits(rules=(MessageRule(in_force_from=date.min, kinds=kinds),))
    return Notify(pool, [operator], clock, limits, terms={"operator": Terms(price=PRICE)}, budget=budget)


async def schedule(notify: Notify, number: int) -> None:
    """Schedule messages in bulk that are due now."""
    events: list[Consumed] = []
    for n in range(number):
        code = f"PB1401{n:07d}"
        events.append(CustomerChanged(customer=customer(code, phone=f"+8496100{n:04d}"), changed_at=EIGHT))
        owed = account(code, debt=871_020, version=1, oldest_due_date=DUE)
        events.append(BillIssued(bill=bill(code), account=owed))
    await notify.consume(*events)
    assert await Planner(notify.new_work, notify.texts, notify.limits, clock=notify.clock).plan() == number


async def waiting(pool: asyncpg.Pool) -> list[tuple[str, date]]:
    """Return cause and day of what is scheduled."""
    found = await pool.fetch("SELECT cause, due_at FROM reminders WHERE state = 'scheduled' ORDER BY due_at")
    return [(row["cause"], row["due_at"].astimezone(VIETNAM).date()) for row in found]


async def test_what_would_exceed_the_days_budget_leaves_on_the_next_day(
    pool: asyncpg.Pool, operator: Operator, clock: Clock
) -> None:
    notify = notify_with(pool, operator, clock, Budget(per_day=3 * PRICE))
    await schedule(notify, 5)

    await notify.sender.send_due()
    assert len(operator.sent) == 3
    assert await waiting(pool) == [("budget", date(2026, 11, 30))] * 2

    clock.moment = datetime(2026, 11, 30, 7, 30, tzinfo=VIETNAM)
    await notify.sender.send_due()
    assert len(operator.sent) == 5
    assert await notify.violations() == []


async def test_what_would_exceed_the_months_budget_leaves_in_the_next_month(
    pool: asyncpg.Pool, operator: Operator, clock: Clock
) -> None:
    notify = notify_with(pool, operator, clock, Budget(per_day=100 * PRICE, per_month=4 * PRICE))
    await schedule(notify, 6)
    await notify.consume(notice(issued_at=EIGHT))

    await notify.sender.send_due()
    assert len(operator.sent) == 4
    assert await waiting(pool) == [("budget", date(2026, 12, 1))] * 3

    clock.moment = datetime(2026, 12, 1, 7, 30, tzinfo=VIETNAM)
    await notify.sender.send_due()
    assert len(operator.sent) == 7


async def test_copies_together_spend_no_more_than_the_budget(
    pool: asyncpg.Pool, operator: Operator, clock: Clock
) -> None:
    notify = notify_with(pool, operator, clock, Budget(per_day=17 * PRICE))
    await schedule(notify, 40)

    await asyncio.gather(*(notify.another_sender(concurrency=4).send_due() for _ in range(4)))

    assert len(operator.sent) == 17
    assert len(await waiting(pool)) == 23


async def test_a_spent_budget_stops_neither_a_visits_own_reminder_nor_what_the_law_demands(
    pool: asyncpg.Pool, operator: Operator, clock: Clock
) -> None:
    notify = notify_with(pool, operator, clock, Budget(per_day=1), by_law=True)
    await schedule(notify, 2)
    await notify.consume(notice(issued_at=EIGHT))

    await notify.sender.send_due()

    assert sorted(sms.template for sms in operator.sent) == ["away", "overdue", "overdue"]
    bulk = await pool.fetch("SELECT template, bulk FROM attempts JOIN reminders USING (reminder_id) ORDER BY 1")
    assert [tuple(row) for row in bulk] == [("away", False), ("overdue", True), ("overdue", True)]


async def test_what_may_have_been_sent_is_spent_and_what_certainly_was_not_is_not(
    pool: asyncpg.Pool, clock: Clock
) -> None:
    operator = Operator(Handover.REJECTED_NUMBER, ConnectionResetError("cut"), Handover.ACCEPTED)
    notify = notify_with(pool, operator, clock, Budget(per_day=2 * PRICE))
    await schedule(notify, 5)

    await notify.sender.send_due()

    assert len(operator.sent) == 3
    assert [cause for cause, _ in await waiting(pool)] == ["budget"] * 2


async def test_what_was_spent_earlier_on_the_day_counts(pool: asyncpg.Pool, operator: Operator, clock: Clock) -> None:
    notify = notify_with(pool, operator, clock, Budget(per_day=4 * PRICE))
    clock.moment = EIGHT - timedelta(days=1)
    await notify.consume(notice(code="PB14019999990", phone="+84961999990", issued_at=clock.moment))
    await notify.sender.send_due()
    clock.moment = EIGHT
    await notify.consume(*(notice(code=f"PB1401999999{n}", phone=f"+8496199999{n}", issued_at=EIGHT) for n in (1, 2)))
    await notify.sender.send_due()
    clock.advance(minutes=30)
    await schedule(notify, 3)

    await notify.sender.send_due()

    assert len(operator.sent) == 5
    assert await waiting(pool) == [("budget", date(2026, 11, 30))]
