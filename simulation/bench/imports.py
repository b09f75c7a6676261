"""Customers and readings from files: rows a second beside the COPY of the same files, and memory at its most."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from shared.clock import business_day, now
from shared.testing.databases import TestDatabases
from simulation.bench.bench import Bench
from simulation.bench.figures import Goal, Row
from simulation.sample.readings import Month
from simulation.sample.writer import write_sample
from stack.state import PROJECT

NAME = "imports"

_CUSTOMERS_A_SECOND = 1_000_000 / 180
_READINGS_A_SECOND = 1_000_000 / 300
_MEMORY_MB = 200


async def run(bench: Bench) -> list[Row]:
    """Import customers with their meters, let billing keep them, import a month of their readings."""
    count = bench.customers or bench.size(100_000, 20_000, 300)
    databases = TestDatabases(bench.stack.postgres_url)
    try:
        with TemporaryDirectory(dir=bench.folder) as folder:
            write_sample(Path(folder), customers=count, seed=1, last_month=Month.before(business_day(now())), months=1)
            task = {
                "folder": folder,
                "customer": await databases.create("customer"),
                "billing": await databases.create("billing"),
                "raw": await databases.create_empty(),
            }
            raw = await _in_a_process("raw", task | {"files": ["customers.csv", "meters.csv"]})
            customers = await _in_a_process("customers", task)
            kept = await _in_a_process("keep", task)
            raw_readings = await _in_a_process("raw", task | {"files": ["readings.csv"]})
            readings = await _in_a_process("readings", task)
    finally:
        await databases.close()
    return [
        _row(f"{count:,} customers with their meters", customers, raw, goal=Goal(_CUSTOMERS_A_SECOND, ">=")),
        _memory("memory of the import of customers at its most", customers, raw, goal=Goal(_MEMORY_MB, "<=")),
        _row("the same kept by billing, from batches", kept, raw),
        _row(f"{readings['rows']:,} readings", readings, raw_readings, goal=Goal(_READINGS_A_SECOND, ">=")),
        _memory("memory of the import of readings at its most", readings, raw_readings, goal=Goal(_MEMORY_MB, "<=")),
    ]


def _row(what: str, ours: Mapping[str, Any], raw: Mapping[str, Any], goal: Goal | None = None) -> Row:
    return Row(
        benchmark=NAME,
        what=what,
        unit="/s",
        figure=ours["rows"] / ours["seconds"],
        compared_with="COPY of the same files",
        other=raw["rows"] / raw["seconds"],
        goal=goal,
        note=f"{ours['cpu'] / ours['rows'] * 1e6:.0f} µs of the import's own CPU each",
    )


def _memory(what: str, ours: Mapping[str, Any], raw: Mapping[str, Any], goal: Goal | None = None) -> Row:
    return Row(
        benchmark=NAME,
        what=what,
        unit="MB",
        figure=ours["peak_mb"],
        compared_with="a process that copies them",
        other=raw["peak_mb"],
        goal=goal,
    )


async def _in_a_process(what: str, task: Mapping[str, Any]) -> dict[str, Any]:
    """Measure in a process of its own, so that its memory is that of this alone."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "simulation.bench.peers.our_import", what),
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        output, _ = await process.communicate(json.dumps(task).encode())
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    if process.returncode != 0:
        raise RuntimeError(f"the {what} process ended with {process.returncode}")
    found: dict[str, Any] = json.loads(output)
    if not found["ok"] or not found["rows"]:
        raise RuntimeError(f"the {what} process imported nothing: {found}")
    return found
