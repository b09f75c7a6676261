"""Bank credits matched in a process of its own, as a copy of billing does it: time and CPU, as JSON."""

import asyncio
import json
import logging
import resource
import sys
import time
from collections.abc import Mapping
from typing import Any

from services.billing.handlers.match_bank_credits import match_bank_credits
from shared.clock import now
from shared.contracts.billing import BankCreditsTaken
from shared.db import open_pool
from shared.messaging.units_of_work import UnitsOfWork


def main() -> None:
    """Match what stands in the events on standard input."""
    logging.disable(logging.CRITICAL)
    task = json.load(sys.stdin)
    before, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    asyncio.run(_match(task))
    seconds, usage = time.perf_counter() - before, resource.getrusage(resource.RUSAGE_SELF)
    cpu = usage.ru_utime + usage.ru_stime - used.ru_utime - used.ru_stime
    json.dump({"seconds": seconds, "cpu": cpu}, sys.stdout)


async def _match(task: Mapping[str, Any]) -> None:
    pool = await open_pool(task["billing"], size=2, application_name="bench of bank credits")
    try:
        units = UnitsOfWork(pool)
        for body in task["events"]:
            async with units.open() as work:
                await match_bank_credits(
                    BankCreditsTaken.model_validate_json(body),
                    work,
                    clock=now,
                    rounding_rules=(),
                    plausible_amounts=(),
                    bank_accounts=frozenset(),
                )
    finally:
        await pool.close()


if __name__ == "__main__":
    main()
