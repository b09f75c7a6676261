"""Thousands of phones on one gateway: memory for each, and how long it takes to reach all of them."""

import asyncio
import json
import resource
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import asyncpg

from ops.databases import bus_of
from ops.system import RunningSystem
from services.customer.topology import TOPOLOGY as CUSTOMER
from services.gateway.enrolment import hash_token
from shared.clock import now
from shared.contracts.common import Collector, CustomerFacts, Unit
from shared.contracts.customer import CustomerChanged
from shared.ids import new_id
from simulation.bench.bench import Bench, new_namespace
from simulation.bench.cpu import resident_bytes
from simulation.bench.figures import Goal, Row
from simulation.bench.lean_socket import LeanSocket
from simulation.bench.subjects import subject
from stack.services import LocalSystem

NAME = "WebSocket"

COLLECTORS = 50
_AT_ONCE = 50
_TRIES = 20
_DRAIN_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class _Result:
    kilobytes: float
    drain_seconds: float
    open_seconds: float


class _Phones:
    """The other end of all sockets."""

    def __init__(self) -> None:
        self.sockets: list[LeanSocket] = []
        self._counts: dict[str, int] = {}
        self._changed = asyncio.Event()

    def _take(self, frame: bytes) -> None:
        kind = json.loads(frame)["type"]
        self._counts[kind] = self._counts.get(kind, 0) + 1
        self._changed.set()

    async def open(self, url: str, hellos: Sequence[str]) -> None:
        """Open a socket for each hello and wait until all are welcome."""
        free = asyncio.Semaphore(_AT_ONCE)

        async def one(hello: str) -> None:
            async with free:
                for _ in range(_TRIES):
                    if await self._welcomed(url, hello):
                        return
                    # As a phone that is asked to come back later.
                    await asyncio.sleep(0.5)
                raise ConnectionError(f"a phone was turned away {_TRIES} times")

        await asyncio.gather(*map(one, hellos))

    async def _welcomed(self, url: str, hello: str) -> bool:
        welcome: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def take(frame: bytes) -> None:
            if welcome.done():
                self._take(frame)
            else:
                welcome.set_result(True)

        def lost() -> None:
            if not welcome.done():
                welcome.set_result(False)

        socket = await LeanSocket.open(url + "/v1/stream", take, lost)
        socket.send(hello)
        if await welcome:
            self.sockets.append(socket)
        return welcome.result()

    async def wait_for(self, kind: str, count: int) -> None:
        """Wait until so many frames of a kind have come."""
        async with asyncio.timeout(_DRAIN_SECONDS):
            while self._counts.get(kind, 0) < count:
                self._changed.clear()
                await self._changed.wait()

    def close(self) -> None:
        """Hang up."""
        for socket in self.sockets:
            socket.close()


async def run(bench: Bench) -> list[Row]:
    """Measure the gateway, then the bare server, with the same sockets and a text of the same size."""
    count = bench.size(5000, 2000, 50)
    # Ours take one descriptor for each socket here, and another one in the server.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    ours = await _gateway(bench, count)
    bare = await _bare(count)
    compared = "bare aiohttp"
    return [
        Row(
            benchmark=NAME,
            what=f"memory of a phone, {count:,} connected",
            unit="kB",
            figure=ours.kilobytes,
            compared_with=compared,
            other=bare.kilobytes,
            goal=Goal(25, "<="),
        ),
        Row(
            benchmark=NAME,
            what=f"an update to {count:,} phones, until the last has it",
            unit="s",
            figure=ours.drain_seconds,
            compared_with=compared,
            other=bare.drain_seconds,
            note=f"ours: {COLLECTORS} events through outbox, broker, inbox and feed, read once for each phone",
        ),
        Row(
            benchmark=NAME,
            what="phones let in",
            unit="/s",
            figure=count / ours.open_seconds,
            compared_with=compared,
            other=count / bare.open_seconds,
        ),
    ]


async def _gateway(bench: Bench, count: int) -> _Result:
    limits = ("THUNGAN_STREAM_OPENS_PER_SECOND", "THUNGAN_STREAM_OPEN_BURST", "THUNGAN_CONNECTIONS_PER_ADDRESS")
    settings = {"gateway": dict.fromkeys(limits, "100000")}
    async with LocalSystem(new_namespace(), stack=bench.stack, keep=False, settings=settings) as system:
        hellos = [json.dumps({"type": "hello", "token": token}) for token in await _devices(system, count)]
        # The first change of a customer only establishes whose it is; a phone gets the next one.
        await _change_customers(system, version=1)
        pid = next(record.pid for name, record in bench.stack.running() if name == f"{system.namespace}/gateway-0")
        return await _measured(
            system.gateway_url, pid, hellos, "customer", lambda: _change_customers(system, version=2)
        )


async def _bare(count: int) -> _Result:
    async with subject("simulation.bench.peers.bare_sockets", settings={}) as server:
        port = (await server.ask())["port"]

        async def push() -> None:
            await server.ask(push=json.dumps({"type": "customer", "filling": "x" * 90}))

        return await _measured(f"http://127.0.0.1:{port}", server.pid, ['{"type": "hello"}'] * count, "customer", push)


async def _measured(
    url: str, pid: int, hellos: Sequence[str], kind: str, push: Callable[[], Awaitable[None]]
) -> _Result:
    warm_up = _Phones()
    await warm_up.open(url, hellos[:20])
    phones = _Phones()
    before, started = resident_bytes(pid), time.monotonic()
    try:
        await phones.open(url, hellos[20:])
        opened = time.monotonic()
        used = resident_bytes(pid) - before
        started_push = time.monotonic()
        await push()
        await phones.wait_for(kind, len(hellos) - 20)
        drained = time.monotonic()
    finally:
        phones.close()
        warm_up.close()
    return _Result(used / 1024 / (len(hellos) - 20), drained - started_push, opened - started)


async def _devices(system: LocalSystem, count: int) -> list[str]:
    """Put enrolled devices into the gateway's database; return their tokens."""
    tokens = [f"bench-{number}-{new_id()}" for number in range(count)]
    connection = await asyncpg.connect(system.database_url("gateway"))
    try:
        code_id, moment = new_id(), now()
        await connection.execute(
            "INSERT INTO enrolment_codes (code_id, code_hash, role, collector_code, made_by, made_at, expires_at)"
            " VALUES ($1, $2, 'collector', 'TN0', 'bench', $3, $3)",
            code_id,
            code_id.bytes,
            moment,
        )
        await connection.executemany(
            "INSERT INTO devices (device_id, device_name, role, collector_code, token_hash, code_id, enrolled_at)"
            " VALUES ($1, 'bench', 'collector', $2, $3, $4, $5)",
            [
                (new_id(), f"TN{number % COLLECTORS}", hash_token(token), code_id, moment)
                for number, token in enumerate(tokens)
            ],
        )
    finally:
        await connection.close()
    return tokens


async def _change_customers(system: LocalSystem, *, version: int) -> None:
    """Emit a change of one customer of each collector, as the customer service would."""
    running = RunningSystem(system.namespace, system.addresses.environment())
    unit = Unit(unit_code="PB1401", name="Điện lực", address="Cà Mau", tax_code="0300942001", phone="19001006")
    async with bus_of(running, CUSTOMER) as bus, bus.work() as work:
        for number in range(COLLECTORS):
            code = f"PB1401{number:07d}"
            facts = CustomerFacts(
                customer_code=code,
                name="Nguyễn Văn An",
                address="Cà Mau",
                unit=unit,
                route_code="PB1401-001",
                place_in_route=number,
                collector=Collector(collector_code=f"TN{number}", name="Thu ngân", phone="+84987654321"),
                price_group="household",
                version=version,
            )
            await work.emit(CustomerChanged(customer=facts, changed_at=now()), aggregate=code)
    if version == 1:
        await _wait_for_feeds(system)


async def _wait_for_feeds(system: LocalSystem) -> None:
    connection = await asyncpg.connect(system.database_url("gateway"))
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            while await connection.fetchval("SELECT count(*) FROM customer_collectors") < COLLECTORS:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    finally:
        await connection.close()
