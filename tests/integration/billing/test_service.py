"""The billing service as a whole on the real broker: other parts send requests and consume its events, nothing else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import aiohttp
import asyncpg
import pytest
from pydantic import SecretStr

from services.billing.app import service
from services.billing.bill_run import confirm_run, emit_steps, run_bills, start_run
from services.billing.imports.files import import_files
from services.billing.runs.rules import RunScope
from services.billing.settings import BillingSettings
from shared.clock import now
from shared.contracts.billing import (
    BillsReleased,
    CloseShift,
    GetAccount,
    GetCollectionPoints,
    GetPayment,
    GetShift,
    NoticeIssued,
    OpenShift,
    PaymentRecorded,
    PaymentReversed,
    RecordPayment,
    ReversePayment,
    ShiftClosed,
)
from shared.contracts.common import NextStep, Outcome, PaymentMethod
from shared.contracts.customer import CustomerChanged, Visit, VisitRecorded
from shared.contracts.message import Event
from shared.ids import new_id
from shared.messaging import Bus, EventHandler, Topology, UnitOfWork
from shared.problems import Problem
from shared.runtime import Running
from shared.testing.conditions import wait_until
from shared.testing.fixtures import BusFactory
from tests.integration.billing.billing_handlers import CODE, COLLECTOR, NOW, TARIFFS, facts, reading, readings

BILLING_EMITS = (BillsReleased, NoticeIssued, PaymentRecorded, PaymentReversed, ShiftClosed)


@dataclass
class BillingSystem:
    """Billing in several copies, and the rest of the system as one bus."""

    bus: Bus
    copies: list[Running]
    database_url: str
    pool: asyncpg.Pool
    emitted: list[Event] = field(default_factory=list)

    def of(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.emitted if isinstance(event, kind)]

    async def wait_for(self, kind: type[Event], count: int = 1) -> list[Any]:
        await wait_until(lambda: len(self.of(kind)) >= count, message=f"{count} x {kind.__name__}")
        return self.of(kind)

    async def emit(self, *events: Event) -> None:
        async with self.bus.work() as work:
            for event in events:
                await work.emit(event)

    async def bill(self, text: str) -> None:
        """Import readings and run the bills as an operator's command does, beside the running service."""
        bus = self.copies[0].bus
        assert (await import_files(bus.work, {"readings.csv": text}, TARIFFS)).ok
        await run_bills(bus.work, TARIFFS, now)


@asynccontextmanager
async def billing_system(
    copies: int,
    settings: Callable[[str], BillingSettings],
    database: Callable[..., Awaitable[str]],
    bus_for: BusFactory,
) -> AsyncIterator[BillingSystem]:
    emitted: list[Event] = []

    async def keep(event: Event, work: UnitOfWork) -> None:
        emitted.append(event)

    url = await database("billing")
    async with AsyncExitStack() as stack:
        running = [await stack.enter_async_context(service(settings(url), clock=lambda: NOW)) for _ in range(copies)]
        # Stands in for the services around billing: it emits what they emit, and consumes what billing emits.
        neighbour = Topology(
            service="gateway",
            handlers=[EventHandler(event, keep) for event in BILLING_EMITS],
            emits=[CustomerChanged, VisitRecorded],
        )
        bus = await bus_for(neighbour, database_url=await database())
        pool = await stack.enter_async_context(asyncpg.create_pool(url, min_size=0, max_size=2))
        yield BillingSystem(bus, running, url, pool, emitted)


@pytest.fixture
def new_system(
    amqp_url: str, namespace: str, database: Callable[..., Awaitable[str]], bus_for: BusFactory
) -> Callable[..., Any]:
    def settings(database_url: str) -> BillingSettings:
        return BillingSettings(
            amqp_url=SecretStr(amqp_url), database_url=SecretStr(database_url), namespace=namespace, instance="test"
        )

    return partial(billing_system, settings=settings, database=database, bus_for=bus_for)


async def knows_customer(system: BillingSystem, code: str = CODE) -> None:
    async def known() -> bool:
        return bool(await system.pool.fetchval("SELECT true FROM accounts WHERE customer_code = $1", code))

    await wait_until(known, message="billing has consumed the customer")


async def test_a_customers_day_from_the_contract_to_the_closed_shift(new_system: Callable[..., Any]) -> None:
    async with new_system(2) as system:
        await system.emit(CustomerChanged(customer=facts(), changed_at=NOW))
        await knows_customer(system)
        await system.bill(readings(reading(320)))
        [released] = await system.wait_for(BillsReleased)
        assert [account.debt for account in released.accounts] == [871_020]

        visit = Visit(
            visit_id=new_id(),
            customer_code=CODE,
            collector_code=COLLECTOR,
            outcome=Outcome.MET,
            visited_at=NOW,
            appointment=None,
            note="",
            next_step=NextStep.DUE,
            misses=0,
        )
        await system.emit(VisitRecorded(visit=visit, first_record=True, device_id=None))
        [notice] = await system.wait_for(NoticeIssued)
        [issued] = notice.bills
        assert issued.bill_id == released.bills[0].bill_id

        ask = system.bus.request
        shift_id = new_id()
        await ask(OpenShift(shift_id=shift_id, collector_code=COLLECTOR, opened_at=NOW))
        payment = RecordPayment(
            payment_id=new_id(),
            customer_code=CODE,
            amount=871_020,
            method=PaymentMethod.CASH,
            received_at=NOW,
            bill_ids=[issued.bill_id],
            collector_code=COLLECTOR,
        )
        paid = await ask(payment)
        assert paid.account.debt == 0
        with pytest.raises(Problem) as caught:
            await ask(payment.model_copy(update={"payment_id": new_id()}))
        assert (caught.value.slug, caught.value.facts["amount"]) == ("already-paid", 871_020)
        assert (await ask(GetPayment(payment_id=payment.payment_id))).payment == paid.payment
        assert (await ask(GetAccount(customer_code=CODE, history=5))).payments == [paid.payment]
        [recorded] = await system.wait_for(PaymentRecorded)
        assert recorded.payment == paid.payment

        reversal = ReversePayment(
            reversal_id=new_id(), payment_id=payment.payment_id, reason="Nhầm khách", reversed_by="KT01"
        )
        assert (await ask(reversal)).account.debt == 871_020
        await system.wait_for(PaymentReversed)
        assert (await ask(GetShift(collector_code=COLLECTOR))).shift.totals.reversals == 1
        closing = CloseShift(shift_id=shift_id, collector_code=COLLECTOR, counted_cash=0, closed_at=NOW)
        closed = await ask(closing)
        [event] = await system.wait_for(ShiftClosed)
        assert event.shift == closed.shift
        assert (await ask(GetCollectionPoints(unit_code="PB1401"))).collection_points == []


async def test_one_payment_sent_to_several_copies_at_once_counts_once(new_system: Callable[..., Any]) -> None:
    async with new_system(3) as system:
        await system.emit(CustomerChanged(customer=facts(), changed_at=NOW))
        await knows_customer(system)
        request = RecordPayment(
            payment_id=new_id(),
            customer_code=CODE,
            amount=1_000,
            method=PaymentMethod.TRANSFER,
            received_at=NOW,
            reference="FT-1",
        )
        replies = await asyncio.gather(*(system.bus.request(request) for _ in range(12)))
        assert all(reply == replies[0] for reply in replies)
        assert (await system.bus.request(GetAccount(customer_code=CODE))).account.credit == 1_000
        await system.wait_for(PaymentRecorded)
        assert await system.pool.fetchval("SELECT count(*) FROM outbox") == 1


async def test_the_service_says_that_it_is_ready(new_system: Callable[..., Any]) -> None:
    async with new_system(1) as system, aiohttp.ClientSession() as http:
        address = f"http://127.0.0.1:{system.copies[0].http_port}"

        async def ready() -> bool:
            async with http.get(f"{address}/readyz") as answer:
                return answer.status == 200

        await wait_until(ready)


async def test_copies_of_the_service_share_a_bill_run_and_its_release(new_system: Callable[..., Any]) -> None:
    codes = [f"PB140100001{n:02d}" for n in range(12)]
    async with new_system(2) as system:
        await system.emit(*(CustomerChanged(customer=facts(code), changed_at=NOW) for code in codes))
        for code in codes:
            await knows_customer(system, code)
        bus = system.copies[0].bus
        report = await import_files(
            bus.work, {"readings.csv": readings(*(reading(90, code=c) for c in codes))}, TARIFFS
        )
        assert report.ok
        async with bus.work() as work:
            run = await start_run(work, new_id(), RunScope("PB1401"), NOW, is_at_once=True, customers_of_a_part=1)
            await emit_steps(work, run.run_id)

        async def state() -> str:
            return str(await system.pool.fetchval("SELECT state FROM bill_runs"))

        await wait_until(lambda: _is(state, "computed"))
        async with bus.work() as work:
            total = await work.connection.fetchval("SELECT total FROM bill_runs")
            await confirm_run(work, run.run_id, 12, total, TARIFFS, NOW)
            await emit_steps(work, run.run_id)
        released = await system.wait_for(BillsReleased, 12)
        assert await state() == "released"
        assert sum(account.debt for event in released for account in event.accounts) == total


async def _is(state: Callable[[], Awaitable[str]], wanted: str) -> bool:
    return await state() == wanted
