from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from services.receipt.keys import registered
from services.receipt.keys.changes import prepare_keys
from shared.db import open_pool
from shared.testing.fixtures import BusFactory
from tests.integration.receipt.receipt_service import BILLING, GATEWAY, INVOICE, ReceiptSystem, receipt_settings


@pytest_asyncio.fixture
async def system(
    bus_for: BusFactory,
    database: Callable[..., Awaitable[str]],
    amqp_url: str,
    namespace: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[ReceiptSystem]:
    """Billing and gateway as stand-ins on the real broker, and receipt's database; no copy of receipt runs yet."""
    monkeypatch.setattr(registered, "LOOK_SECONDS", 0.2)
    url = await database("receipt")
    settings = receipt_settings(amqp_url, namespace, url, tmp_path / "keys")
    async with AsyncExitStack() as stack:
        pool = await open_pool(url, size=2, application_name="test receipt")
        stack.push_async_callback(pool.close)
        # Tests play other days: the key signs on all of them.
        await prepare_keys(settings, clock=lambda: datetime(2020, 1, 1, tzinfo=UTC))
        billing = await bus_for(BILLING, database_url=await database(), start=False)
        made = ReceiptSystem(settings=settings, billing=billing, pool=pool, stack=stack)
        await billing.start(dependencies={"system": made})
        made.gateway = await bus_for(GATEWAY, database_url=await database(), dependencies={"system": made})
        made.invoice = await bus_for(INVOICE, database_url=await database())
        yield made
