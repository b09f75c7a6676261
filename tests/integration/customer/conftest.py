"""A running customer service with its own database, a small town in it, and a bus to ask it on."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import asyncpg
import pytest_asyncio
from pydantic import SecretStr

from services.customer.personal_data.rules import ClockRule
from services.customer.settings import CustomerSettings
from services.customer.topology import TOPOLOGY
from shared.contracts.billing import BillIssued, PaymentRecorded, PaymentReversed
from shared.contracts.customer import CollectorChanged, CustomerChanged, CustomersChanged, VisitRecorded, VisitWithdrawn
from shared.contracts.message import Event
from shared.messaging import EventHandler, Topology, UnitOfWork
from shared.rule_files import load_rules
from shared.testing.fixtures import BusFactory
from tests.integration.customer.customer_service import Clock, Service


@pytest_asyncio.fixture
async def empty_service(
    database: Callable[..., Awaitable[str]],
    bus_for: BusFactory,
    amqp_url: str,
    namespace: str,
    tmp_path: Path,
) -> AsyncIterator[Service]:
    """The service without any customers."""
    url = await database("customer")
    clock = Clock()
    settings = CustomerSettings(amqp_url=SecretStr(amqp_url), database_url=SecretStr(url), namespace=namespace)
    received: list[Event] = []

    async def receive(event: Event, work: UnitOfWork) -> None:
        received.append(event)

    neighbour = await bus_for(
        Topology(
            service="billing",
            handlers=[
                EventHandler(event, receive)
                for event in (CollectorChanged, CustomerChanged, CustomersChanged, VisitRecorded, VisitWithdrawn)
            ],
            emits=[BillIssued, PaymentRecorded, PaymentReversed],
        ),
        database_url=await database(),
    )

    def new_work() -> AbstractAsyncContextManager[UnitOfWork]:
        return bus.work()

    bus = await bus_for(
        TOPOLOGY,
        dependencies={
            "new_work": new_work,
            "rules": settings.visit_rules,
            "clock": clock,
            "days_to_answer": settings.days_to_answer_complaints,
            "clock_rules": load_rules(settings.person_clocks_file, ClockRule),
        },
        database_url=url,
    )
    async with asyncpg.create_pool(url, min_size=1, max_size=2) as pool:
        yield Service(neighbour, pool, clock, tmp_path / "town", bus, received)


@pytest_asyncio.fixture
async def service(empty_service: Service) -> Service:
    """The service with the town's customers."""
    report = await empty_service.import_town()
    assert report.ok, report.bad_lines
    return empty_service
