"""Whether throughput grows with cores, and a service's own with its copies while the others stay as they are.

Processes are limited by control groups of the kernel, so that a machine with two cores can show it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from typing import TypeVar

import asyncpg
from pydantic import SecretStr

from ops.system import SERVICES
from shared.contracts.billing import GetAccount
from shared.contracts.customer import GetCustomer
from shared.contracts.message import Reply, Request
from shared.contracts.notify import GetReminders
from shared.contracts.receipt import GetReceipt, VerifyToken
from shared.messaging import Bus, Topology
from shared.settings import ServiceSettings
from simulation.bench.bench import Bench
from simulation.bench.collection_load import CollectionLoad, collection_load
from simulation.bench.core_limits import limited
from simulation.bench.cpu import tree_of
from simulation.bench.figures import Goal, Row

NAME = "cores"

_CORES = (0.5, 1.0, 1.5)
"""The load generator has what is left of two."""

_COPIES = (1, 2, 4)
_CORES_OF_A_COPY = 0.08
"""So little that four copies, what they wait for and the load generator have room on two cores."""

_UNDER_WAY = 32
_LEAST = 0.8
"""Of what it would be if each core or copy did as much as the first."""

R = TypeVar("R", bound=Reply)
Ask = Callable[[int], Awaitable[object]]
"""Makes one request; the number says which of those that ask side by side it is."""


async def run(bench: Bench) -> list[Row]:
    """Measure the whole system with more and more cores, then each service with more and more copies.

    Raises :class:`LimitsUnavailable` where this user may not limit processes.
    """
    return [*await _with_cores(bench), *await _with_copies(bench)]


async def _with_cores(bench: Bench) -> list[Row]:
    phones, count = bench.size(50, 50, 2), bench.size(400, 150, 4)
    each = len(_CORES) * count // phones * 3 // 2 + 10
    figures: dict[float, float] = {}
    async with collection_load(bench, phones=phones, customers_each=each) as at_work:
        for cores in _CORES:
            with limited(_everything(at_work), cores):
                load = await at_work.saturate(count)
            figures[cores] = load.per_second
    return _rows("collections a second, services and servers together", "cores", figures)


def _everything(at_work: CollectionLoad) -> list[int]:
    own = at_work.system.namespace + "/"
    return [
        pid
        for name, record in at_work.system.stack.running()
        if name.startswith(own) or name in {"postgres", "rabbitmq"}
        for pid in tree_of(record.pid)
    ]


async def _with_copies(bench: Bench) -> list[Row]:
    rows: list[Row] = []
    most = max(_COPIES)
    async with collection_load(bench, phones=most, customers_each=10, copies=dict.fromkeys(SERVICES, most)) as at_work:
        system = at_work.system
        code = at_work.collectors[0].customers[-1].customer_code
        await at_work.collectors[0].collect()
        settings = ServiceSettings(
            namespace=system.namespace,
            amqp_url=SecretStr(system.amqp_url),
            database_url=SecretStr("postgresql://"),
        )
        async with Bus(settings, Topology(service="thungan"), pool=None) as bus:
            await bus.start()
            ways = await _ways(at_work, bus, code)
            for service, ask in ways.items():
                rows += await _copies_of(bench, at_work, service, ask)
    return rows


async def _ways(at_work: CollectionLoad, bus: Bus, customer_code: str) -> dict[str, Ask]:
    """Return a request of each service that it answers by itself; the gateway's is one of its own pages."""
    token = await _receipt_token(at_work, bus)

    def asking(request: Request[R]) -> Ask:
        async def ask(_number: int) -> object:
            return await bus.request(request, timeout=30)

        return ask

    connections = [
        [collector.http.beside() for _ in range(_UNDER_WAY)] for collector in at_work.collectors[: max(_COPIES)]
    ]

    async def ask_gateway(number: int) -> object:
        running = [copy for copy in at_work.system.copies("gateway") if at_work.system.is_running("gateway", copy)]
        return await connections[number % len(running)][number].get("/v1/print-jobs")

    return {
        "customer": asking(GetCustomer(customer_code=customer_code)),
        "billing": asking(GetAccount(customer_code=customer_code)),
        "receipt": asking(VerifyToken(token=token)),
        "notify": asking(GetReminders(customer_code=customer_code)),
        "gateway": ask_gateway,
    }


_PAYMENT = "SELECT payment_id FROM receipt LIMIT 1"


async def _receipt_token(at_work: CollectionLoad, bus: Bus) -> str:
    connection = await asyncpg.connect(at_work.system.database_url("receipt"))
    try:
        payment_id = await connection.fetchval(_PAYMENT)
    finally:
        await connection.close()
    return (await bus.request(GetReceipt(payment_id=payment_id), timeout=30)).receipt.token


async def _copies_of(bench: Bench, at_work: CollectionLoad, service: str, ask: Ask) -> list[Row]:
    """Measure a service with one copy, then with more; the other services keep all of theirs."""
    figures: dict[float, float] = {}
    system = at_work.system
    for copy in system.copies(service)[1:]:
        await asyncio.to_thread(system.stop, service, copy)
    for count in _COPIES:
        for copy in range(count):
            await asyncio.to_thread(system.start, service, copy)
        pids = {name: record.pid for name, record in system.stack.running()}
        with ExitStack() as limits:
            for copy in range(count):
                limits.enter_context(limited([pids[f"{system.namespace}/{service}-{copy}"]], _CORES_OF_A_COPY))
            seconds = bench.size(8.0, 4.0, 0.2)
            await _rate(ask, seconds / 4)  # the first of everything costs more
            figures[count] = await _rate(ask, seconds)
    return _rows(f"{service}: requests a second", f"copies of {_CORES_OF_A_COPY:g} cores", figures)


async def _rate(ask: Ask, seconds: float) -> float:
    """Ask again and again, so many side by side, and return how many are answered a second."""
    done = 0

    async def go_on(number: int) -> None:
        nonlocal done
        while time.monotonic() < ends:
            await ask(number)
            done += 1

    started = time.monotonic()
    ends = started + seconds
    await asyncio.gather(*(go_on(number) for number in range(_UNDER_WAY)))
    return done / (time.monotonic() - started)


def _rows(what: str, unit_of: str, figures: Mapping[float, float]) -> list[Row]:
    """Compare each size with what the first would come to if everything grew with the size."""
    (least, first), *_ = figures.items()
    return [
        Row(
            benchmark=NAME,
            what=f"{what}, {unit_of}: {size:g}",
            unit="/s",
            figure=figure,
            compared_with="" if size == least else f"{size / least:g} times as much as the first",
            other=None if size == least else first * size / least,
            goal=None if size == least else Goal(_LEAST, ">=", "ratio"),
        )
        for size, figure in figures.items()
    ]
