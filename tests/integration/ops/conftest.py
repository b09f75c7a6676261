"""Fixtures of the tests of provisioning."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest_asyncio

from ops import provision
from ops.system import SERVICES


@pytest_asyncio.fixture
async def system(postgres_url: str) -> AsyncIterator[str]:
    """The name of a system, whose databases and roles are removed afterwards."""
    name = f"test_{uuid4().hex[:8]}"
    yield name
    await provision.remove(postgres_url, name, SERVICES)
