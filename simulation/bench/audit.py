"""The audit of very many payments: everything, and what has changed; time, and memory at its most."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ops.system import SERVICES
from shared.clock import business_day, now
from shared.testing.databases import TestDatabases
from simulation.bench.bench import Bench, new_namespace
from simulation.bench.figures import Goal, Row
from simulation.bench.ledger import Ledger, fill
from stack.state import PROJECT

NAME = "audit"

_MONTHS = 24
_MORE = 1_000
_MEMORY_MB = 300
_INCREMENTAL_SECONDS = 10


async def run(bench: Bench) -> list[Row]:
    """Fill the databases, audit everything, add a few payments, audit what has changed."""
    count = bench.payments or bench.size(200_000, 20_000, 480)
    more = min(_MORE, count // _MONTHS)
    ledger = Ledger.of(count, _MONTHS, business_day(now()))
    count = ledger.customers * _MONTHS
    databases = TestDatabases(bench.stack.postgres_url)
    try:
        urls = {service: await databases.create(service) for service in SERVICES}
        with TemporaryDirectory(dir=bench.folder) as keys:
            bench.report(f"adding {count:,} payments")
            await fill(urls, Path(keys), ledger, 0, count, processes=os.cpu_count() or 1)
            task = {
                "urls": urls,
                "amqp_url": bench.stack.amqp_url,
                "namespace": new_namespace(),
                "keys": keys,
                "positions": None,
            }
            raw = await _in_a_process("raw", task)
            complete = await _in_a_process("audit", task)
            await fill(urls, Path(keys), ledger, count, count + more, processes=1)
            changes = await _in_a_process("audit", task | {"positions": complete["positions"]})
    finally:
        await databases.close()
    for name, report in (("complete", complete), ("incremental", changes)):
        if report["violations"] or report["payments"] != (count if name == "complete" else more):
            raise RuntimeError(f"the {name} audit of {report['payments']} payments: {report['violations'][:3]}")
    return [
        Row(
            benchmark=NAME,
            what=f"everything, {count:,} payments",
            unit="s",
            figure=complete["seconds"],
            compared_with="reading the same rows once",
            other=raw["seconds"],
            note=f"{complete['cpu'] / count * 1000:.2f} ms of the audit's own CPU for a payment",
        ),
        Row(
            benchmark=NAME,
            what="memory of the audit at its most",
            unit="MB",
            figure=complete["peak_mb"],
            compared_with="a process that reads them",
            other=raw["peak_mb"],
            goal=Goal(_MEMORY_MB, "<="),
        ),
        Row(
            benchmark=NAME,
            what=f"what has changed: {more:,} more payments",
            unit="s",
            figure=changes["seconds"],
            compared_with="everything",
            other=complete["seconds"],
            goal=Goal(_INCREMENTAL_SECONDS, "<="),
            note=f"{changes['peak_mb']:.0f} MB at its most",
        ),
    ]


async def _in_a_process(what: str, task: Mapping[str, Any]) -> dict[str, Any]:
    """Measure in a process of its own, so that its memory is that of this alone."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "simulation.bench.peers.our_audit", what),
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
    return dict(json.loads(output))
