"""What is not wanted any more, learned while an SMS is handed over: it is not handed over a second time."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
import pytest
import pytest_asyncio

from services.notify.domain.causes import Cause
from services.notify.domain.outcome import Handover
from services.notify.domain.verdict import Limits
from services.notify.handlers.send_receipt_link import send_receipt_link
from services.notify.providers.base import HandoverResult, OutgoingSms
from shared.contracts.notify import ReminderState
from tests.integration.notify.notices import Clock, Operator, notice, reversed_payment, withdrawn
from tests.integration.notify.notify_handlers import Consumed, Notify
from tests.integration.notify.test_receipt_links import link


class Interrupted(Operator):
    """A provider that an event comes meanwhile to, while it is handed the first SMS."""

    notify: Notify
    event: Consumed

    async def send(self, sms: OutgoingSms) -> HandoverResult:
        if not self.sent:
            await self.notify.consume(self.event)
        return await super().send(sms)


@pytest.fixture
def operator() -> Interrupted:
    return Interrupted(Handover.THROTTLED, Handover.ACCEPTED, remembers=timedelta(hours=24))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def notify(pool_for: Callable[..., Awaitable[asyncpg.Pool]], operator: Interrupted, clock: Clock) -> Notify:
    made = Notify(await pool_for("notify"), [operator], clock, Limits())
    operator.notify = made
    return made


async def send_again(notify: Notify) -> None:
    notify.clock.advance(minutes=2)
    await notify.sender.send_due()


@pytest.mark.parametrize("answer", [Handover.THROTTLED, ConnectionResetError("cut")])
async def test_the_link_of_a_receipt_whose_payment_was_reversed_meanwhile(
    notify: Notify, operator: Interrupted, answer: Handover | Exception
) -> None:
    operator.answers[0] = answer
    operator.event = reversed_payment()
    request = link(payment_id=operator.event.payment.payment_id)
    async with notify.new_work() as work:
        await send_receipt_link(request, work, texts=notify.texts, limits=notify.limits, clock=notify.clock)
    await notify.sender.send_due()
    await send_again(notify)
    assert len(operator.sent) == 1
    [row] = await notify.pool.fetch("SELECT state, cause FROM reminders WHERE receipt_id IS NOT NULL")
    state, cause = row["state"], row["cause"]
    if answer is Handover.THROTTLED:
        assert (state, cause) == (ReminderState.CANCELLED, Cause.REVERSED)
    else:
        assert (state, cause) == (ReminderState.UNKNOWN, Cause.ANSWER_LOST)
    assert await notify.violations() == []


async def test_the_reminder_of_a_visit_that_was_withdrawn_meanwhile(notify: Notify, operator: Interrupted) -> None:
    issued = notice()
    operator.event = withdrawn(issued)
    await notify.consume(issued)
    await notify.sender.send_due()
    await send_again(notify)
    assert len(operator.sent) == 1
    assert ((await notify.reminder()).state, (await notify.reminder()).cause) == (
        ReminderState.CANCELLED,
        Cause.VISIT_WITHDRAWN,
    )
