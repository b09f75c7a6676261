from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.invoice.settings import InvoiceSettings
from services.invoice.signatures.key_file import make_development_key
from shared.clock import now
from shared.db import open_pool
from shared.testing.fixtures import BusFactory
from tests.integration.invoice.invoice_service import BILLING, InvoiceSystem


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signing key, made once."""
    folder = tmp_path_factory.mktemp("invoice-key")
    make_development_key(folder, now())
    return folder


@pytest_asyncio.fixture
async def system(
    bus_for: BusFactory, database: Callable[..., Awaitable[str]], amqp_url: str, namespace: str, key_folder: Path
) -> AsyncIterator[InvoiceSystem]:
    """Billing as a stand-in on the real broker, and invoice's database; no copy of invoice runs yet."""
    url = await database("invoice")
    settings = InvoiceSettings(
        namespace=namespace,
        amqp_url=SecretStr(amqp_url),
        database_url=SecretStr(url),
        instance="test",
        invoice_key_folder=key_folder,
        invoice_poll_seconds=0.2,
        invoice_ask_seconds=1.0,
        invoice_per_second=0.0,
    )
    async with AsyncExitStack() as stack:
        pool = await open_pool(url, size=2, application_name="test invoice")
        stack.push_async_callback(pool.close)
        billing = await bus_for(BILLING, database_url=await database(), start=False)
        made = InvoiceSystem(settings=settings, billing=billing, pool=pool, stack=stack)
        await billing.start(dependencies={"system": made})
        yield made
