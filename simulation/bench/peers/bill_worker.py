"""A process that does the parts of a bill run until none is left: what each copy of billing does, without the broker.

Reads its task from standard input, and prints what it took.
"""

import asyncio
import json
import resource
import sys
import time
from typing import Any
from uuid import UUID

from services.billing.bill_run import do_part
from services.billing.tariffs.files import load_tariffs
from shared.clock import now
from shared.db import open_pool
from shared.messaging.units_of_work import UnitsOfWork
from shared.rare_collections import collect_rarely


async def work_on(url: str, run_id: UUID) -> dict[str, Any]:
    """Do parts, one after the other."""
    tariffs = load_tariffs()
    pool = await open_pool(url, size=1, application_name="bench of bills")
    units = UnitsOfWork(pool)
    parts, began, cpu = 0, time.monotonic(), time.process_time()
    try:
        while True:
            async with units.open() as work:
                if await do_part(work, run_id, tariffs, now) is None:
                    break
            parts += 1
    finally:
        await pool.close()
    return {
        "parts": parts,
        "seconds": time.monotonic() - began,
        "cpu": time.process_time() - cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    collect_rarely()  # as the services do
    task = json.load(sys.stdin)
    json.dump(asyncio.run(work_on(task["url"], UUID(task["run_id"]))), sys.stdout)
