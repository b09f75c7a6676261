"""Fixtures of the gateway's integration tests: the real gateway, broker and database; the other services are played."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg
import pytest_asyncio
from pydantic import SecretStr

from services.gateway.app import service
from services.gateway.enrolment import make_code_in_database
from services.gateway.settings import GatewaySettings
from services.gateway.stream.wakeups import queue_of
from shared import clock
from shared.contracts.customer import CustomerChanged
from shared.contracts.receipt import PaperKind
from shared.ids import new_id
from shared.messaging import Bus
from shared.testing.conditions import wait_until
from shared.testing.fixtures import BusFactory
from simulation.phone import VirtualDesk, VirtualPhone, VirtualPrinter, open_session
from tests.integration.gateway.back_office import BackOffice, facts

CUSTOMER = "PB15010000001"
FAST: dict[str, Any] = {"revocation_check_interval": 0.2, "poll_interval": 0.5, "log_level": "WARNING"}


@dataclass
class GatewaySystem:
    """A gateway with everything around it, and the ways to get devices and documents."""

    amqp_url: str
    namespace: str
    database_url: str
    pool: asyncpg.Pool
    office: BackOffice
    office_bus: Bus
    session: aiohttp.ClientSession
    stack: AsyncExitStack
    used_queues: set[str]
    url: str = ""
    metrics_url: str = ""
    """Of the copy that was started last."""
    phones: list[VirtualPhone] = field(default_factory=list)

    @asynccontextmanager
    async def gateway(self, **settings: Any) -> AsyncIterator[str]:
        """Run a copy of the gateway for the time of the block; gives its address."""
        made = GatewaySettings(
            amqp_url=SecretStr(self.amqp_url),
            database_url=SecretStr(self.database_url),
            namespace=self.namespace,
            instance="test",
            **{**FAST, **settings},
        )
        async with service(made) as running:
            await self._note_queues()
            url = f"http://127.0.0.1:{running.http_port}"
            self.metrics_url = f"http://127.0.0.1:{running.metrics_port}"
            try:
                yield url
            finally:
                # A connection that comes in while asyncio's own server closes is dropped with a warning.
                for phone in self.phones:
                    if phone.base_url == url:
                        await phone.stream.stop()

    async def _note_queues(self) -> None:
        """The queue of each copy's wake-ups goes ten minutes after it; the tests take it away at once."""

        async def noted() -> bool:
            rows = await self.pool.fetch("SELECT instance FROM gateway_instances")
            known = len(self.used_queues)
            self.used_queues |= {f"{self.namespace}.{queue_of(row['instance'])}" for row in rows}
            return len(self.used_queues) > known

        await wait_until(noted)

    async def code(self, role: str, **whose: Any) -> str:
        """Make an enrolment code as the operator does."""
        return (await make_code_in_database(self.database_url, role, **whose)).code

    async def phone(
        self,
        collector_code: str = "TN001",
        *,
        url: str | None = None,
        printer: VirtualPrinter | None = None,
        **how: Any,
    ) -> VirtualPhone:
        """Enrol a collector's phone."""
        phone = VirtualPhone(url or self.url, name="phone", session=self.session, printer=printer, patience=5, **how)
        self.phones.append(phone)
        self.stack.push_async_callback(phone.close)
        await phone.enrol(await self.code("collector", collector_code=collector_code))
        return phone

    async def desk(self, role: str, **whose: str) -> VirtualDesk:
        """Enrol a desk."""
        desk = VirtualDesk(self.url, name=role, session=self.session, patience=5)
        await desk.enrol(await self.code(role, **whose))
        return desk

    async def add_customer(self, code: str = CUSTOMER, collector_code: str = "TN001", version: int = 1) -> None:
        """Let everybody know a customer, and wait until the gateway does."""
        customer = facts(code, collector_code, version)
        self.office.customers[code] = customer
        async with self.office_bus.work() as work:
            await work.emit(CustomerChanged(customer=customer, changed_at=clock.now()), aggregate=code)

    async def print(
        self, phone: VirtualPhone, kind: PaperKind = PaperKind.NOTICE, job_id: UUID | None = None, **more: Any
    ) -> UUID:
        """Let a document be ready for a phone."""
        made = job_id or new_id()
        async with self.office_bus.work() as work:
            return await self.office.print(work, made, kind, phone.device_id, CUSTOMER, **more)

    async def state(self, job_id: UUID) -> tuple[str, int] | None:
        """Return state and attempt of a job as the database has it."""
        row = await self.pool.fetchrow("SELECT state, attempt FROM print_jobs WHERE job_id = $1", job_id)
        return (row["state"], row["attempt"]) if row else None

    async def ends_emitted(self, job_id: UUID) -> list[tuple[str, int]]:
        """Return the state and attempt of every ``print_job.finished`` of a job, in the order of their emission."""
        rows = await self.pool.fetch(
            """SELECT body::jsonb ->> 'state' AS state, (body::jsonb ->> 'attempt')::integer AS attempt
               FROM outbox WHERE aggregate = $1 ORDER BY position""",
            f"print_job:{job_id}",
        )
        return [(row["state"], row["attempt"]) for row in rows]


@pytest_asyncio.fixture
async def system(
    amqp_url: str,
    namespace: str,
    database: Callable[..., Awaitable[str]],
    pool_for: Callable[..., Awaitable[asyncpg.Pool]],
    bus_for: BusFactory,
    used_queues: set[str],
) -> AsyncIterator[GatewaySystem]:
    """Everything but a gateway: run as many copies as the test needs."""
    office = BackOffice()
    async with AsyncExitStack() as stack:
        database_url = await database("gateway")
        pool = await asyncpg.create_pool(database_url, min_size=0, max_size=3)
        stack.push_async_callback(pool.close)
        bus = await bus_for(office.topology(), database_url=await database())
        session = await stack.enter_async_context(open_session())
        yield GatewaySystem(amqp_url, namespace, database_url, pool, office, bus, session, stack, used_queues)


@pytest_asyncio.fixture
async def gateway(system: GatewaySystem) -> AsyncIterator[GatewaySystem]:
    """A system with one running gateway and one customer on the route of TN001."""
    async with system.gateway() as url:
        system.url = url
        await system.add_customer()
        yield system
