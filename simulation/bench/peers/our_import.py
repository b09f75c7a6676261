"""One import in a process of its own, or the COPY of the same file: time, CPU, and memory at its most, as JSON."""

import asyncio
import json
import logging
import resource
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncpg
from pydantic import SecretStr

from services.billing.handlers.keep_customers import keep_customers
from services.billing.imports.files import import_folder
from services.billing.imports.readings import READINGS
from services.billing.tariffs.files import load_tariffs
from services.billing.topology import TOPOLOGY as BILLING
from services.customer.imports.files import import_customers
from services.customer.topology import TOPOLOGY as CUSTOMER
from shared.contracts.customer import CustomersChanged
from shared.db import open_pool
from shared.messaging import Bus
from shared.messaging.topology import Topology
from shared.rare_collections import collect_rarely
from shared.settings import ServiceSettings


def main() -> None:
    """Do what the first argument names, with the task on standard input."""
    logging.disable(logging.CRITICAL)
    task = json.load(sys.stdin)
    collect_rarely()  # as the commands and the services do
    before = time.perf_counter()
    found = asyncio.run(_WORK[sys.argv[1]](task))
    seconds = time.perf_counter() - before
    usage = resource.getrusage(resource.RUSAGE_SELF)
    json.dump(
        {"seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "peak_mb": usage.ru_maxrss / 1024, **found},
        sys.stdout,
    )


async def _bus(url: str, topology: Topology) -> tuple[Bus, asyncpg.Pool]:
    settings = ServiceSettings(
        namespace="bench", amqp_url=SecretStr("amqp://localhost"), database_url=SecretStr(url)
    )  # a bus that is never started connects to no broker
    pool = await open_pool(settings.database_url, size=2, application_name="bench")
    return Bus(settings, topology, pool), pool


async def _customers(task: Mapping[str, Any]) -> dict[str, Any]:
    bus, pool = await _bus(task["customer"], CUSTOMER)
    async with pool:
        report = await import_customers(bus, Path(task["folder"]))
    return {"ok": report.ok, "rows": report.customers_announced}


async def _keep(task: Mapping[str, Any]) -> dict[str, Any]:
    bus, pool = await _bus(task["billing"], BILLING)
    customer = await asyncpg.connect(task["customer"])
    rows = 0
    async with pool, customer.transaction(readonly=True):
        key = CustomersChanged.routing_key()
        async for row in customer.cursor("SELECT body FROM outbox WHERE routing_key = $1", key, prefetch=4):
            event = CustomersChanged.model_validate_json(row["body"])
            rows += len(event.customers)
            async with bus.work() as work:
                await keep_customers(event, work)
    await customer.close()
    return {"ok": True, "rows": rows}


async def _readings(task: Mapping[str, Any]) -> dict[str, Any]:
    bus, pool = await _bus(task["billing"], BILLING)
    async with pool:
        report = await import_folder(bus.work, Path(task["folder"]), load_tariffs(), names=[READINGS])
    return {
        "ok": report.ok,
        "rows": sum(file.rows for file in report.files.values()),
        "bad": [str(b) for b in report.bad_lines[:3]],
    }


async def _raw(task: Mapping[str, Any]) -> dict[str, Any]:
    """Copy the same files into bare tables of text, each in a transaction."""
    connection = await asyncpg.connect(task["raw"])
    rows = 0
    for name in task["files"]:
        path = Path(task["folder"]) / name
        with path.open("rb") as file:
            columns = file.readline().decode().strip().split(",")
        await connection.execute(f"CREATE TABLE {path.stem} ({', '.join(f'{column} text' for column in columns)})")
        done = await connection.copy_to_table(path.stem, source=path, columns=columns, format="csv", header=True)
        rows = max(rows, int(done.rpartition(" ")[2]))
    await connection.close()
    return {"ok": True, "rows": rows}


_WORK = {"customers": _customers, "keep": _keep, "readings": _readings, "raw": _raw}

if __name__ == "__main__":
    main()
