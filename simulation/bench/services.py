"""Start-up time and memory of each service, against the least that a Python service can be."""

import asyncio
import time

from ops.system import SERVICES
from simulation.bench.bench import Bench, new_namespace
from simulation.bench.cpu import resident_bytes
from simulation.bench.figures import Row, Sample, compare
from simulation.bench.subjects import subject
from stack.services import LocalSystem

NAME = "services"
BARE = "bare aiohttp + asyncpg"


async def run(bench: Bench) -> list[Row]:
    """Start each service again and again, in turns with the bare one."""
    seconds: dict[str, list[float]] = {service: [] for service in (*SERVICES, BARE)}
    megabytes: dict[str, list[float]] = {service: [] for service in (*SERVICES, BARE)}
    async with LocalSystem(new_namespace(), stack=bench.stack, keep=False) as system:
        for _ in range(bench.size(5, 2, 1)):
            for service in SERVICES:
                await asyncio.to_thread(system.stop, service)
                started = time.monotonic()
                await asyncio.to_thread(system.start, service)
                seconds[service].append(time.monotonic() - started)
                wanted = f"{system.namespace}/{service}-0"
                pid = next(record.pid for name, record in bench.stack.running() if name == wanted)
                megabytes[service].append(resident_bytes(pid) / 2**20)
            started = time.monotonic()
            settings = {"THUNGAN_POSTGRES_URL": bench.stack.postgres_url}
            async with subject("simulation.bench.peers.bare_service", settings=settings) as bare:
                seconds[BARE].append(time.monotonic() - started)
                megabytes[BARE].append(resident_bytes(bare.pid) / 2**20)
    return [
        compare(NAME, f"{service}: {what}", unit, Sample.of(of[service]), Sample.of(of[BARE]), compared_with=BARE)
        for what, unit, of in (("start until ready", "s", seconds), ("memory when idle", "MB", megabytes))
        for service in SERVICES
    ]
