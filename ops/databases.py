"""The services' databases: a plain connection, or the service's own pool with its events and its outbox."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from pydantic import SecretStr

from ops.system import RunningSystem, find_system
from shared.db import open_pool
from shared.db.pool import connect
from shared.messaging import Bus, Topology
from shared.settings import ServiceSettings


@asynccontextmanager
async def database(service: str, system: RunningSystem | None = None) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """Connect to a service's database; everything done inside is one transaction."""
    url = (system or find_system()).database_url(service)
    connection = await connect(url, application_name=f"thungan {service}")
    try:
        async with connection.transaction():
            yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def bus_of(system: RunningSystem, topology: Topology) -> AsyncIterator[Bus]:
    """Give a service's bus that is not started: its ``work`` commits changes and events, the service sends them."""
    settings = ServiceSettings(
        namespace=system.namespace,
        # A bus that is never started connects to no broker.
        amqp_url=SecretStr("amqp://localhost"),
        database_url=SecretStr(system.database_url(topology.service)),
    )
    pool = await open_pool(settings.database_url, size=2, application_name=f"thungan {topology.service}")
    try:
        yield Bus(settings, topology, pool)
    finally:
        await pool.close()
