"""The six services with forty customers, and the people who go to them."""

import csv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from shared.clock import business_day, now
from simulation.command_line import thungan, thungan_json
from simulation.phone import VirtualDesk, VirtualPhone
from simulation.sample.readings import Month
from simulation.sample.writer import write_sample
from stack.services import LocalSystem


@asynccontextmanager
async def small_system(
    name: str,
    folder: Path,
    settings: dict[str, dict[str, str]] | None = None,
    copies: dict[str, int] | None = None,
    pooler_port: int | None = None,
) -> AsyncIterator[tuple[LocalSystem, str]]:
    """Start a system of its own with a sample of customers; give it, and the code of the first collector."""
    write_sample(folder, customers=40, seed=3, last_month=Month.before(business_day(now())))
    with (folder / "collectors.csv").open(encoding="utf-8") as file:
        collector_code = next(csv.DictReader(file))["collector_code"]
    namespace = f"{name}_{uuid4().hex[:8]}"
    async with LocalSystem(namespace, copies, keep=False, settings=settings or {}, pooler_port=pooler_port) as system:
        await thungan(system, "import", "all", str(folder))
        yield system, collector_code


@asynccontextmanager
async def people(system: LocalSystem, collector_code: str) -> AsyncIterator[tuple[VirtualDesk, VirtualPhone]]:
    """Enrol a supervisor and, by the supervisor's code, the collector's phone, whose stream is open."""
    first = await thungan_json(system, "enrol", "--role", "supervisor")
    async with VirtualDesk(system.gateway_url) as supervisor, VirtualPhone(system.gateway_url) as phone:
        await supervisor.enrol(first["code"])
        await phone.enrol(await supervisor.make_code("collector", collector_code=collector_code))
        await phone.open_stream()
        yield supervisor, phone
