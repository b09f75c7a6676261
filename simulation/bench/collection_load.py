"""The whole system with collectors at work: started, filled, loaded, audited, removed."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import asyncpg

from ops.audit.facts import SERVICES, under_way
from services.gateway.domain.devices import Role
from services.gateway.enrolment import make_code_in_database
from shared.testing import wait_until
from simulation.bench.bench import Bench, new_namespace
from simulation.bench.collector import Collection, Collector, Customer
from simulation.bench.cpu import cpu_of_tree
from simulation.bench.district import MANY, write_district
from simulation.bench.subjects import SubjectFailed
from simulation.command_line import thungan
from simulation.phone import VirtualPhone, open_session
from stack.services import LocalSystem

_AT_ONCE = 20
"""Phones that are made ready side by side."""

BILLS_SECONDS = 120.0
INVOICES_SECONDS = 600.0
"""Invoices are made at a pace (ADR 104): a full load's customers take two minutes and more."""

_MOST = 0.75
"""Some customers of the sample owe nothing."""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of a load."""

    collections: tuple[Collection, ...]
    seconds: float
    cpu: Mapping[str, float]
    """CPU seconds of each process, by its name."""

    transactions: int
    """Database transactions that wrote something, on the whole server."""

    @property
    def per_second(self) -> float:
        """Collections a second."""
        return len(self.collections) / self.seconds


class CollectionLoad:
    """A running system with collectors who have customers to visit."""

    def __init__(self, system: LocalSystem, collectors: Sequence[Collector]) -> None:
        self.system = system
        self.collectors = collectors

    async def saturate(self, count: int) -> Load:
        """Let every collector go from customer to customer without a pause, and measure ``count`` collections.

        What comes before all collectors are well under way, and after some have stopped, is left out.
        """
        begun, enough = asyncio.Event(), asyncio.Event()
        done: list[Collection] = []
        warm_up = len(self.collectors)

        async def walk(collector: Collector) -> None:
            while not enough.is_set():
                done.append(await collector.collect())
                if len(done) >= warm_up:
                    begun.set()
                if len(done) >= warm_up + count:
                    enough.set()

        async with asyncio.TaskGroup() as walking:
            for collector in self.collectors:
                walking.create_task(walk(collector))
            await begun.wait()
            transactions = await self._transactions()
            before, started = self.cpu(), time.monotonic()
            await enough.wait()
            used, ended = _difference(self.cpu(), before), time.monotonic()
            transactions = await self._transactions() - transactions
        counted = tuple(one for one in done if started <= one.ended <= ended)
        return Load(counted, ended - started, used, transactions)

    async def pace(self, per_second: float, count: int) -> Load:
        """Begin so many collections a second, each with a collector who is free, however long the others take."""
        free: asyncio.Queue[Collector] = asyncio.Queue()
        for collector in self.collectors:
            free.put_nowait(collector)
        done: list[Collection] = []

        async def walk(collector: Collector) -> None:
            done.append(await collector.collect())
            free.put_nowait(collector)

        transactions = await self._transactions()
        before, started = self.cpu(), time.monotonic()
        async with asyncio.TaskGroup() as walking:
            for number in range(count):
                await asyncio.sleep(max(0.0, started + number / per_second - time.monotonic()))
                walking.create_task(walk(await free.get()))
        used, ended = _difference(self.cpu(), before), time.monotonic()
        return Load(tuple(done), ended - started, used, await self._transactions() - transactions)

    def cpu(self) -> dict[str, float]:
        """Return the CPU seconds that every process has used so far."""
        found = {"load generator": time.process_time()}
        own = self.system.namespace + "/"
        for name, record in self.system.stack.running():
            if name.startswith(own) or name in {"postgres", "rabbitmq"}:
                found[name.removeprefix(own)] = cpu_of_tree(record.pid)
        return found

    def repetitions(self) -> int:
        """Return how many requests were sent again because the gateway was busy."""
        return sum(collector.repetitions for collector in self.collectors)

    async def _transactions(self) -> int:
        """Return the number of the next transaction that writes: they are numbered one by one."""
        connection = await asyncpg.connect(self.system.stack.postgres_url)
        try:
            return int(await connection.fetchval("SELECT pg_snapshot_xmax(pg_current_snapshot())::text"))
        finally:
            await connection.close()

    async def audit(self) -> None:
        """Audit the databases. Raises :class:`CommandFailed` with what is wrong."""
        await thungan(self.system, "audit", "--complete")


@asynccontextmanager
async def collection_load(
    bench: Bench, *, phones: int, customers_each: int, copies: Mapping[str, int] | None = None
) -> AsyncIterator[CollectionLoad]:
    """Start a system of its own, with so many collectors at work."""
    system = LocalSystem(new_namespace(), copies, stack=bench.stack, keep=False)
    folder = bench.folder / system.namespace
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(system)
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        codes = write_district(folder, collectors=phones, customers_each=customers_each)
        await thungan(system, "import", "all", str(folder), THUNGAN_BILLS_AT_ONCE=MANY)
        session = await stack.enter_async_context(open_session())
        ready = asyncio.Semaphore(_AT_ONCE)

        async def make(number: int, code: str) -> Collector:
            # Phones are spread over the gateway's copies, as a proxy would do it.
            url = system.http_url("gateway", number % len(system.copies("gateway")))
            async with ready:
                return await _collector(system, url, code, session, customers_each)

        collectors = await asyncio.gather(*(make(number, code) for number, code in enumerate(codes)))
        await wait_until_idle(system)
        await wait_until_invoiced(system)
        try:
            yield CollectionLoad(system, collectors)
        finally:
            await asyncio.gather(*(collector.close() for collector in collectors))


async def _collector(
    system: LocalSystem, url: str, collector_code: str, session: aiohttp.ClientSession, customers: int
) -> Collector:
    made = await make_code_in_database(
        system.database_url("gateway"),
        Role.COLLECTOR,
        made_by="bench",
        collector_code=collector_code,
        collection_point_code=None,
        lifetime=timedelta(minutes=15),
    )
    phone = VirtualPhone(url, session=session)
    await phone.enrol(made.code)
    await phone.open_shift()
    return await Collector.open(url, str(phone.token), session, await _owing(phone, customers))


async def _owing(phone: VirtualPhone, customers: int) -> list[Customer]:
    """Wait until customer has consumed all bills, and return who owes."""
    deadline = time.monotonic() + BILLS_SECONDS
    before = 0
    while True:
        stops = (await phone.route()).stops
        owing = [Customer(stop.customer.customer_code, stop.customer.name) for stop in stops if stop.customer.debt > 0]
        if len(owing) == before and len(owing) >= customers * _MOST:
            return owing
        if time.monotonic() > deadline:
            raise SubjectFailed(f"only {len(owing)} of {customers} customers of a route owe anything")
        before = len(owing)
        await asyncio.sleep(0.5)


async def wait_until_idle(system: LocalSystem, seconds: float = BILLS_SECONDS) -> None:
    """Wait until every service has consumed what the import has emitted: that is no part of a collection."""
    urls = {service: system.database_url(service) for service in SERVICES}

    async def idle() -> bool:
        found = await under_way(urls, system.amqp_url, system.namespace)
        return not any((*found.unsent.values(), *found.queues.values(), *found.unconsumed.values()))

    await wait_until(idle, seconds, every=0.5, message="no event of the import is under way")


async def wait_until_invoiced(system: LocalSystem, seconds: float = INVOICES_SECONDS) -> None:
    """Wait until the bills of the import have their invoices: those are no part of a collection either."""
    connection = await asyncpg.connect(system.database_url("invoice"))
    try:

        async def nothing_waits() -> bool:
            return int(await connection.fetchval("SELECT count(*) FROM waiting_bills WHERE problem IS NULL")) == 0

        await wait_until(nothing_waits, seconds, every=0.5, message="no bill waits for its invoice")
    finally:
        await connection.close()


def _difference(after: Mapping[str, float], before: Mapping[str, float]) -> dict[str, float]:
    return {name: seconds - before.get(name, 0.0) for name, seconds in after.items()}
