"""One audit in a process of its own, or a reading of the same rows: time, CPU, and memory at its most, as JSON."""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncpg

from ops.audit import AuditReport, Positions, audit_changes, check_facts, collect
from ops.audit.recomputation import workers
from services.receipt.signatures.key_folder import KeyFolder

_RAW: Mapping[str, tuple[str, ...]] = {
    "billing": ("payments", "allocations", "bills", "shifts", "accounts", "customers", "money_history"),
    "customer": ("visits", "visit_records", "standings", "announcements", "money_history"),
    "receipt": ("receipt",),
    "gateway": ("print_jobs",),
}
_AT_ONCE = 1_000


def main() -> None:
    """Do what the first argument names, with the task on standard input."""
    task = json.load(sys.stdin)
    before = time.perf_counter()
    found = asyncio.run(_raw(task) if sys.argv[1] == "raw" else _audit(task))
    usage, of_others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    found |= {
        "seconds": time.perf_counter() - before,
        "cpu": usage.ru_utime + usage.ru_stime + of_others.ru_utime + of_others.ru_stime,
        # That of the others is the greatest of them.
        "peak_mb": (usage.ru_maxrss + workers() * of_others.ru_maxrss) / 1024,
    }
    json.dump(found, sys.stdout)


async def _audit(task: Mapping[str, Any]) -> dict[str, Any]:
    place = task["urls"], task["amqp_url"], task["namespace"], KeyFolder(Path(task["keys"])).keyring()
    report: AuditReport
    if task["positions"] is None:
        report = check_facts(await collect(*place))
    else:
        report = await audit_changes(*place, Positions.from_dict(task["positions"]))
    return {
        "payments": report.figures["payments_recomputed"],
        "violations": [violation.as_dict() for violation in report.violations[:100]],
        "positions": report.positions.as_dict(),
    }


async def _raw(task: Mapping[str, Any]) -> dict[str, Any]:
    rows = 0
    for service, tables in _RAW.items():
        connection = await asyncpg.connect(task["urls"][service])
        try:
            async with connection.transaction(readonly=True):
                for table in tables:
                    async for _ in connection.cursor(f"SELECT * FROM {table}", prefetch=_AT_ONCE):
                        rows += 1
        finally:
            await connection.close()
    return {"rows": rows}


if __name__ == "__main__":
    main()
