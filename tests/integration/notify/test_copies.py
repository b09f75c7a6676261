"""Several copies of notify work on one database and do not get in each other's way."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import pytest
import pytest_asyncio

from services.notify.domain.verdict import Limits
from services.notify.topology import TOPOLOGY
from shared.contracts.billing import NoticeIssued
from shared.contracts.message import Event
from shared.messaging import EventHandler
from tests.integration.notify.notices import CODE, Clock, Operator, notice, paid, reversed_payment
from tests.integration.notify.notify_handlers import Notify


@pytest_asyncio.fixture
async def notify(pool_for: Callable[..., Awaitable[asyncpg.Pool]]) -> Notify:
    return Notify(await pool_for("notify"), [Operator()], Clock(), Limits())


async def test_copies_that_schedule_reminders_for_the_same_numbers_do_not_wait_for_each_other(notify: Notify) -> None:
    mine, yours = "+84953000001", "+84953000002"
    have_begun = asyncio.Barrier(2)

    async def handle_together(first: NoticeIssued, second: NoticeIssued) -> None:
        async with notify.new_work() as work:
            await notify.handle(first, work)
            await have_begun.wait()
            await notify.handle(second, work)

    await asyncio.gather(
        handle_together(notice(code="PB14010000001", phone=mine), notice(code="PB14010000003", phone=yours)),
        handle_together(notice(code="PB14010000002", phone=yours), notice(code="PB14010000004", phone=mine)),
    )

    for number in range(1, 5):
        assert len(await notify.reminders(f"PB1401000000{number}")) == 1


@pytest.mark.parametrize("event", [notice(), paid(), reversed_payment()])
def test_events_of_one_transaction_are_handled_in_the_order_of_the_accounts_that_they_lock(event: Event) -> None:
    [handler] = [handler for handler in TOPOLOGY.handlers if handler.message is type(event)]
    assert isinstance(handler, EventHandler)
    assert handler.lock_of(event, aggregate="another name") == CODE
