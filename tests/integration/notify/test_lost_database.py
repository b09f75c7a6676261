"""The database goes away under the sender and comes back: what was done is on record, and the sender goes on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest
import pytest_asyncio

from services.notify.delivery.sender import Sender
from services.notify.domain.verdict import Limits
from shared.contracts.notify import ReminderState
from shared.messaging import UnitOfWork
from tests.integration.notify.notices import Clock, Operator, notice
from tests.integration.notify.notify_handlers import Notify

PoolFor = Callable[..., Awaitable[asyncpg.Pool]]


@pytest.fixture
def operator() -> Operator:
    return Operator()


@pytest_asyncio.fixture
async def notify(pool_for: PoolFor, operator: Operator) -> Notify:
    return Notify(await pool_for("notify"), [operator], Clock(), Limits())


def losing(notify: Notify, *lost: int) -> Sender:
    """Return a sender that loses its connection in these units of work, counted from 1, before they are committed."""
    count = 0

    @asynccontextmanager
    async def new_work() -> AsyncIterator[UnitOfWork]:
        nonlocal count
        count += 1
        number = count
        async with notify.new_work() as work:
            yield work
            if number in lost:
                raise ConnectionResetError("the connection was lost")

    return Sender(
        new_work,
        notify.providers,
        notify.texts,
        notify.limits,
        clock=notify.clock,
        timeout=timedelta(seconds=0.2),
        concurrency=1,
    )


async def test_after_a_failure_the_same_loop_can_wait_with_a_time_limit(notify: Notify) -> None:
    # Python 3.11's TaskGroup leaves a task that saw it fail unable to: each later time limit ended it as cancelled.
    with pytest.raises(ConnectionResetError):
        await losing(notify, 2).send_due()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await asyncio.Event().wait()


async def test_an_outcome_is_recorded_although_the_connection_was_lost_meanwhile(
    notify: Notify, operator: Operator
) -> None:
    await notify.consume(notice())
    # 1 ends what was lost, 2 claims the reminder, 3 records what came of it.
    assert await losing(notify, 3, 4).send_due() == 1
    assert (await notify.reminder()).state is ReminderState.SENT
    assert len(operator.sent) == 1
    assert await notify.violations() == []
