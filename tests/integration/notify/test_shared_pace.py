"""The rate of a provider is that of all copies together."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import asyncpg
import pytest
import pytest_asyncio

from services.notify.domain.terms import Terms
from services.notify.domain.verdict import Limits
from services.notify.providers.base import HandoverResult, OutgoingSms
from tests.integration.notify.notices import Clock, Operator, notice
from tests.integration.notify.notify_handlers import Notify

RATE, BURST, COUNT = 20, 4, 24


class Timed(Operator):
    """A provider that notes when it was handed each SMS."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    async def send(self, sms: OutgoingSms) -> HandoverResult:
        self.times.append(time.monotonic())
        return await super().send(sms)


@pytest.fixture
def operator() -> Timed:
    return Timed()


@pytest_asyncio.fixture
async def notify(pool_for: Callable[..., Awaitable[asyncpg.Pool]], operator: Timed) -> Notify:
    return Notify(await pool_for("notify"), [operator], Clock(), Limits(), terms={"operator": Terms(per_second=RATE)})


async def make_due(notify: Notify) -> None:
    for number in range(COUNT):
        await notify.consume(notice(code=f"PB1401{number:07d}", phone=f"+849530000{number:02d}"))


async def test_copies_hand_over_no_more_together_than_the_provider_takes(notify: Notify, operator: Timed) -> None:
    await make_due(notify)
    copies = [notify.another_sender(concurrency=8) for _ in range(3)]
    while len(operator.sent) < COUNT:
        await asyncio.gather(*(copy.send_due() for copy in copies))
    # Slower is fine. Each copy for itself would hand over three times as many in this time.
    assert operator.times[-1] - operator.times[0] >= (COUNT - BURST - 1) / RATE
    assert await notify.violations() == []


async def test_a_provider_without_a_rate_is_handed_everything_at_once(notify: Notify, operator: Timed) -> None:
    notify.terms = {}
    await make_due(notify)
    await notify.another_sender(concurrency=COUNT).send_due()
    assert len(operator.sent) == COUNT
    assert await notify.pool.fetchval("SELECT count(*) FROM provider_paces") == 0
