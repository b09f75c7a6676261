"""pytest fixtures; ``tests/conftest.py`` imports them all."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any, Protocol
from uuid import uuid4

import aio_pika
import asyncpg
import pytest
import pytest_asyncio
from aio_pika.abc import AbstractConnection
from pydantic import SecretStr

from shared.db import open_pool
from shared.messaging import Bus, Topology
from shared.settings import ServiceSettings
from shared.testing.broker import BrokerView
from shared.testing.databases import TestDatabases

_HINT = 'set {} (./dev test does; for single tests: eval "$(./dev env)")'


def _address(variable: str) -> str:
    value = os.environ.get(variable)
    if not value:
        pytest.fail(_HINT.format(variable), pytrace=False)
    return value


@pytest.fixture(scope="session")
def amqp_url() -> str:
    """URL of the broker."""
    return _address("THUNGAN_AMQP_URL")


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """URL of the database server, with a role that may create databases."""
    return _address("THUNGAN_POSTGRES_URL")


@pytest_asyncio.fixture(scope="session")
async def databases(postgres_url: str) -> AsyncIterator[TestDatabases]:
    """The databases of this test run."""
    made = TestDatabases(postgres_url)
    yield made
    await made.close()


@pytest_asyncio.fixture
async def database(databases: TestDatabases) -> AsyncIterator[Callable[..., Awaitable[str]]]:
    """A function: ``await database("billing")`` gives the URL of a new database with billing's tables.

    Without an argument it has the shared tables only (outbox and inbox). Dropped after the test.
    """
    urls: list[str] = []

    async def make(service: str | None = None) -> str:
        url = await databases.create(service)
        urls.append(url)
        return url

    yield make
    for url in urls:
        await databases.drop(url)


@pytest_asyncio.fixture
async def pool_for(database: Callable[..., Awaitable[str]]) -> AsyncIterator[Callable[..., Awaitable[asyncpg.Pool]]]:
    """A function: ``await pool_for("billing")`` gives a pool on a new database with billing's tables."""
    async with AsyncExitStack() as stack:

        async def make(service: str | None = None, *, size: int = 8) -> asyncpg.Pool:
            pool = await open_pool(await database(service), size=size, application_name=f"test {service or ''}")
            stack.callback(pool.terminate)
            stack.push_async_callback(pool.close)
            return pool

        yield make


@pytest_asyncio.fixture(scope="session")
async def broker_connection(amqp_url: str) -> AsyncIterator[AbstractConnection]:
    """A connection of the tests' own."""
    connection = await aio_pika.connect(amqp_url)
    yield connection
    await connection.close()


@pytest.fixture
def used_services() -> set[str]:
    """Names of the services whose queues the test makes; they are deleted afterwards."""
    return {"customer", "billing", "receipt", "invoice", "notify", "gateway"}


@pytest.fixture
def used_queues() -> set[str]:
    """Full names of further queues that the test makes; they are deleted afterwards."""
    return set()


@pytest_asyncio.fixture
async def broker(
    broker_connection: AbstractConnection, used_services: set[str], used_queues: set[str]
) -> AsyncIterator[BrokerView]:
    """The broker as an operator sees it, in a namespace of the test's own that is cleaned up afterwards."""
    view = BrokerView(broker_connection, f"test_{uuid4().hex[:12]}")
    yield view
    await view.clean_up(used_services, used_queues)


@pytest.fixture
def namespace(broker: BrokerView) -> str:
    """The prefix of everything that the test makes on the broker."""
    return broker.names.namespace


@pytest.fixture
def settings_for(amqp_url: str, namespace: str) -> Callable[..., ServiceSettings]:
    """A function: ``settings_for(database_url, concurrency=1, …)`` gives settings for a copy of a service."""

    def make(database_url: str = "postgresql://nobody@127.0.0.1:1/none", **others: Any) -> ServiceSettings:
        values: dict[str, Any] = {"amqp_url": SecretStr(amqp_url), "namespace": namespace, "instance": "test", **others}
        return ServiceSettings(database_url=SecretStr(database_url), **values)

    return make


class BusFactory(Protocol):
    """What the fixture ``bus_for`` gives."""

    async def __call__(
        self,
        topology: Topology,
        *,
        dependencies: Mapping[str, object] | None = None,
        database_url: str | None = None,
        start: bool = True,
        **settings: Any,
    ) -> Bus:
        """Return a started bus. Without ``database_url`` it has no database (it can ask and answer, no more)."""
        ...


@pytest_asyncio.fixture
async def bus_for(
    settings_for: Callable[..., ServiceSettings],
    used_services: set[str],
    database: Callable[..., Awaitable[str]],  # noqa: ARG001 - asked for so that databases are dropped after the buses
) -> AsyncIterator[BusFactory]:
    """A function that makes started buses; they are drained and closed after the test."""
    async with AsyncExitStack() as stack:

        async def make(
            topology: Topology,
            *,
            dependencies: Mapping[str, object] | None = None,
            database_url: str | None = None,
            start: bool = True,
            **settings: Any,
        ) -> Bus:
            used_services.add(topology.service)
            pool = None
            if database_url is not None:
                size = settings.get("database_pool_size", 8)
                pool = await open_pool(database_url, size=size, application_name=f"test {topology.service}")
                # Closing waits for connections that are in use; after the bus is closed none should be.
                stack.callback(pool.terminate)
                stack.push_async_callback(pool.close)
                made = settings_for(database_url, **settings)
            else:
                made = settings_for(**settings)
            bus = await stack.enter_async_context(Bus(made, topology, pool))
            if start:
                await bus.start(dependencies=dependencies)
            return bus

        yield make


__all__ = [
    "BusFactory",
    "amqp_url",
    "broker",
    "broker_connection",
    "bus_for",
    "database",
    "databases",
    "namespace",
    "pool_for",
    "postgres_url",
    "settings_for",
    "used_queues",
    "used_services",
]
