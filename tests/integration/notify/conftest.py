"""What notify works with where a test says nothing else: one operator, a clock of its own, no limits changed."""

from collections.abc import Awaitable, Callable

import asyncpg
import pytest
import pytest_asyncio

from services.notify.domain.verdict import Limits
from tests.integration.notify.notices import Clock, Operator
from tests.integration.notify.notify_handlers import Notify


@pytest.fixture
def operator() -> Operator:
    return Operator()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def notify(pool_for: Callable[..., Awaitable[asyncpg.Pool]], operator: Operator, clock: Clock) -> Notify:
    return Notify(await pool_for("notify"), [operator], clock, Limits())
