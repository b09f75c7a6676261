"""A day of many collectors at a rate that is set, not at the rate at which the system answers.

Doors open at random moments (a Poisson process), whether the system keeps up or not; phones ping, lose their stream
and come back meanwhile. The rate rises until a step takes too long. At last the gateway is restarted, and all phones
return.
"""

import asyncio
import csv
import random
import resource
import shutil
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from services.gateway.enrolment import hash_token
from shared.clock import now
from shared.ids import new_id
from shared.testing import wait_until
from simulation.bench.bench import Bench, new_namespace
from simulation.bench.collection_load import wait_until_idle
from simulation.bench.collector import Customer
from simulation.bench.day_mix import Door, Latencies, choose
from simulation.bench.district import MANY, write_district
from simulation.bench.figures import Goal, Row, percentile
from simulation.bench.open_phone import OpenPhone
from simulation.bench.percentile_picture import draw_percentiles
from simulation.command_line import thungan
from stack.services import LocalSystem

NAME = "open load"

_RATES = (5, 10, 15, 20, 25, 30, 40, 50)
"""Doors a second, one rate after the other."""
_MOST_MILLISECONDS = 500.0
_STORM_SECONDS = 5.0
_DROPS_A_SECOND = 1 / 600
"""Each phone loses its stream once in ten minutes."""
_OF_AN_ADDRESS = (
    "THUNGAN_STREAM_OPENS_PER_SECOND",
    "THUNGAN_STREAM_OPEN_BURST",
    "THUNGAN_CONNECTIONS_PER_ADDRESS",
)
"""Limits of one network address: these phones would have many."""
_AT_ONCE = 50


@dataclass
class _AtRate:
    """What one rate came to."""

    rate: float
    latencies: Latencies = field(default_factory=Latencies)
    failures: list[BaseException] = field(default_factory=list)
    doors: int = 0
    late: float = 0.0
    """By how much the load generator began a door too late, at most, in seconds."""

    @property
    def slowest(self) -> tuple[str, float]:
        """The step with the greatest p99, and that, in milliseconds."""
        return max(
            ((step, percentile(times, 0.99) * 1000) for step, times in self.latencies.of_step.items()),
            key=lambda found: found[1],
        )

    @property
    def holds(self) -> bool:
        """Whether every step of it is fast enough, and none has failed."""
        return not self.failures and self.slowest[1] <= _MOST_MILLISECONDS


@dataclass
class _Collector:
    phone: OpenPhone
    customers: list[Customer]


async def run(bench: Bench) -> list[Row]:
    """Find the greatest rate at which every step is fast enough, then let all phones come back at once."""
    count = bench.size(2000, 500, 5)
    seconds = bench.size(30.0, 10.0, 2.0)
    rates = bench.size(_RATES, _RATES[:3], _RATES[:1])
    # Each phone takes a socket for its stream and one for its requests.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    doors = sum(rate * seconds for rate in rates)
    settings = {"gateway": dict.fromkeys(_OF_AN_ADDRESS, "100000")}
    system = LocalSystem(new_namespace(), stack=bench.stack, keep=False, settings=settings)
    folder = bench.folder / system.namespace
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(system)
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        # Doors are spread at random: some collectors have more of them than others.
        codes = write_district(folder, collectors=count, customers_each=round(doors / count * 1.5) + 6)
        await thungan(system, "import", "all", str(folder), THUNGAN_BILLS_AT_ONCE=MANY)
        cashier_token, collectors = await _at_work(system, codes, folder)
        try:
            await wait_until_idle(system)
            found = []
            for rate in rates:
                found.append(await _at_rate(rate, seconds, collectors, system.gateway_url, cashier_token))
                bench.report(_line(found[-1]))
                if not found[-1].holds:
                    break
            await wait_until_idle(system)
            storm = await _storm(system, collectors)
        finally:
            await asyncio.gather(*(one.phone.close() for one in collectors))
        await thungan(system, "audit", "--complete")
    held = [one for one in found if one.holds]
    best = held[-1] if held else found[0]
    picture = bench.folder / "open.svg"
    picture.write_text(
        draw_percentiles(best.latencies.of_step, f"{count:,} phones, {best.rate:g} doors a second"), encoding="utf-8"
    )
    return _rows(count, found, best, bool(held), storm, picture)


def _rows(
    count: int,
    found: Sequence[_AtRate],
    best: _AtRate,
    has_held: bool,
    storm: Sequence[float],
    picture: Path,
) -> list[Row]:
    next_rate = next((one for one in found if one.rate > best.rate), None)
    note = f"picture: {picture}; doors began at most {max(one.late for one in found) * 1000:.0f} ms late"
    if next_rate is not None:
        note += f"; at {next_rate.rate:g}/s: {_line(next_rate)}"
    rows = [
        Row(
            benchmark=NAME,
            what=f"doors a second at which p99 of each step is at most {_MOST_MILLISECONDS:g} ms, {count:,} phones",
            unit="/s",
            figure=best.rate if has_held else 0.0,
            note=note,
        )
    ]
    for step, times in best.latencies.of_step.items():
        rows.append(
            Row(
                benchmark=NAME,
                what=f"{step}, p99 at {best.rate:g} doors a second",
                unit="ms",
                figure=percentile(times, 0.99) * 1000,
                median=percentile(times, 0.5) * 1000,
                goal=Goal(_MOST_MILLISECONDS, "<="),
            )
        )
    rows.append(
        Row(
            benchmark=NAME,
            what=f"{count:,} phones back after the gateway is ready again, p99",
            unit="s",
            figure=percentile(storm, 0.99),
            median=percentile(storm, 0.5),
            goal=Goal(_STORM_SECONDS, "<="),
            note=f"the last after {max(storm):.1f} s: phones wait longer after each failure, at random",
        )
    )
    return rows


def _line(at: _AtRate) -> str:
    step, milliseconds = at.slowest
    failed = f", {len(at.failures)} failed: {at.failures[0]!r}" if at.failures else ""
    return f"{at.rate:g}/s, {at.doors} doors: slowest p99 {milliseconds:.0f} ms ({step}){failed}"


async def _at_work(system: LocalSystem, codes: Sequence[str], folder: Path) -> tuple[str, list[_Collector]]:
    """Connect a phone for each collector, with an open shift and who owes; return a cashier's token, too."""
    owing = await _owing(system, folder)
    devices = await _enrol(system, codes)
    url = system.gateway_url
    free = asyncio.Semaphore(_AT_ONCE)

    async def make(code: str, device_id: str, token: str) -> _Collector:
        phone = OpenPhone(url, token, device_id)
        async with free:
            opened = {"opening_float": 0, "opened_at": now().isoformat()}
            await phone.http.send("POST", "/v1/shifts", opened, key=str(new_id()))
            await phone.wait_until_welcome()
        return _Collector(phone, owing[code])

    made = await asyncio.gather(*(make(code, *device) for code, device in zip(codes, devices[1:], strict=True)))
    return devices[0][1], list(made)


async def _enrol(system: LocalSystem, codes: Sequence[str]) -> list[tuple[str, str]]:
    """Put a cashier's device and one of each collector into the gateway's database; return their ids and tokens."""
    devices = [(new_id(), f"bench-{number}-{new_id()}") for number in range(len(codes) + 1)]
    roles = [("cashier", None), *(("collector", code) for code in codes)]
    connection = await asyncpg.connect(system.database_url("gateway"))
    try:
        for (device_id, token), (role, code) in zip(devices, roles, strict=True):
            code_id, moment = new_id(), now()
            await connection.execute(
                "INSERT INTO enrolment_codes (code_id, code_hash, role, collector_code, made_by, made_at, expires_at)"
                " VALUES ($1, $2, $3, $4, 'bench', $5, $5)",
                *(code_id, code_id.bytes, role, code, moment),
            )
            await connection.execute(
                "INSERT INTO devices (device_id, device_name, role, collector_code, token_hash, code_id, enrolled_at)"
                " VALUES ($1, 'bench', $2, $3, $4, $5, $6)",
                *(device_id, role, code, hash_token(token), code_id, moment),
            )
    finally:
        await connection.close()
    return [(str(device_id), token) for device_id, token in devices]


async def _owing(system: LocalSystem, folder: Path) -> Mapping[str, list[Customer]]:
    """Return who owes something, by collector, once the services have heard of all bills."""
    await wait_until_idle(system)
    connection = await asyncpg.connect(system.database_url("customer"))
    try:
        rows = await connection.fetch(
            "SELECT customer_code, name, route_code FROM customers JOIN standings USING (customer_code) WHERE debt > 0"
        )
    finally:
        await connection.close()
    with (folder / "routes.csv").open(encoding="utf-8", newline="") as file:
        collector_of = {line["route_code"]: line["collector_code"] for line in csv.DictReader(file)}
    owing: dict[str, list[Customer]] = defaultdict(list)
    for row in rows:
        owing[collector_of[row["route_code"]]].append(Customer(row["customer_code"], row["name"]))
    return owing


async def _at_rate(
    rate: float, seconds: float, collectors: Sequence[_Collector], url: str, cashier_token: str
) -> _AtRate:
    """Open doors at a rate for some time, and wait until the last act has ended."""
    chance = random.Random(f"{rate} doors")
    at, began, due = _AtRate(rate), time.monotonic(), 0.0
    free = [one for one in collectors if one.customers]
    under_way, one_is_free = 0, asyncio.Event()
    dropping = asyncio.create_task(_drop_some(collectors, chance))

    async def open_door(collector: _Collector) -> None:
        nonlocal under_way
        door = Door(collector.phone, collector.customers.pop(), url, cashier_token, at.latencies)
        try:
            await choose(chance)(door)
        except Exception as error:  # noqa: BLE001 - counted: a rate with a failure does not hold
            at.failures.append(error)
        finally:
            under_way -= 1
            if collector.customers:
                free.append(collector)
            one_is_free.set()

    try:
        async with asyncio.TaskGroup() as doors:
            while (due := due + chance.expovariate(rate)) < seconds:
                await asyncio.sleep(max(0.0, began + due - time.monotonic()))
                while not free and under_way:  # everybody stands at a door: this one is opened late
                    one_is_free.clear()
                    await one_is_free.wait()
                if not free:
                    break  # nobody has a customer left
                at.late = max(at.late, time.monotonic() - began - due)
                at.doors += 1
                free[-1], free[place] = free[place := chance.randrange(len(free))], free[-1]
                under_way += 1
                doors.create_task(open_door(free.pop()))
    finally:
        dropping.cancel()
        await asyncio.gather(dropping, return_exceptions=True)
    return at


async def _drop_some(collectors: Sequence[_Collector], chance: random.Random) -> None:
    while True:
        await asyncio.sleep(chance.expovariate(len(collectors) * _DROPS_A_SECOND))
        chance.choice(collectors).phone.drop()


async def _storm(system: LocalSystem, collectors: Sequence[_Collector]) -> list[float]:
    """Restart the gateway; return how long after it is ready each phone is back, in seconds."""
    await asyncio.to_thread(system.stop, "gateway")

    async def all_gone() -> bool:
        return not any(one.phone.is_welcome for one in collectors)

    await wait_until(all_gone, 30, message="every phone has noticed")
    await asyncio.to_thread(system.start, "gateway")
    ready = time.monotonic()

    async def back(phone: OpenPhone) -> float:
        await phone.wait_until_welcome()
        return time.monotonic() - ready

    async with asyncio.timeout(120):
        return await asyncio.gather(*(back(one.phone) for one in collectors))
