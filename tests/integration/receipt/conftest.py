from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest_asyncio

from shared.db import open_pool
from shared.testing.fixtures import BusFactory
from tests.integration.receipt.receipt_service import BILLING, GATEWAY, ReceiptSystem, receipt_settings


@pytest_asyncio.fixture
async def system(
    bus_for: BusFactory,
    database: Callable[..., Awaitable[str]],
    amqp_url: str,
    namespace: str,
    tmp_path: Path,
) -> AsyncIterator[ReceiptSystem]:
    """Billing and gateway as stand-ins on the real broker, and receipt's database; no copy of receipt runs yet."""
    url = await database("receipt")
    settings = receipt_settings(amqp_url, namespace, url, tmp_path / "keys")
    async with AsyncExitStack() as stack:
        pool = await open_pool(url, size=2, application_name="test receipt")
        stack.push_async_callback(pool.close)
        billing = await bus_for(BILLING, database_url=await database(), start=False)
        made = ReceiptSystem(settings=settings, billing=billing, pool=pool, stack=stack)
        await billing.start(dependencies={"system": made})
        made.gateway = await bus_for(GATEWAY, database_url=await database(), dependencies={"system": made})
        yield made
