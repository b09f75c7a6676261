"""Events over our bus: ``producer`` emits, a transaction for each event; ``consumer`` consumes, as any service does."""

import asyncio
import os
import sys
import time
from typing import Any

from shared.contracts.message import Event
from shared.db import open_pool
from shared.logging import configure_logging
from shared.messaging import Bus, EventHandler, Topology, UnitOfWork
from shared.settings import ServiceSettings
from simulation.bench.peers import driver
from simulation.bench.peers.payload import ANSWER

_AGGREGATES = 100
_CONNECTIONS = 24
"""Transactions under way at the producer: commits that wait for the disk together share one wait."""


class AccountChanged(Event):
    """Something of the size of a customer's account."""

    message_name = "bench.account_changed"
    account: dict[str, Any]


class _Count:
    """Counts what was handled, and waits until a number is reached."""

    def __init__(self) -> None:
        self._handled = 0
        self._changed = asyncio.Condition()

    async def handle(self, _event: AccountChanged, work: UnitOfWork) -> None:
        work.after_commit(self._one_more)

    async def _one_more(self) -> None:
        async with self._changed:
            self._handled += 1
            self._changed.notify_all()

    async def command(self, order: dict[str, Any]) -> dict[str, Any]:
        async with self._changed:
            await self._changed.wait_for(lambda: self._handled >= order["handled"])
        return {"at": time.monotonic()}


async def _consume() -> None:
    settings = ServiceSettings(instance="consumer")
    pool = await open_pool(settings.database_url, size=settings.database_pool_size)
    count = _Count()
    topology = Topology(service="notify", handlers=[EventHandler(AccountChanged, count.handle)])
    async with Bus(settings, topology, pool) as bus:
        await bus.start()
        await driver.obey(count.command)
    await pool.close()


async def _produce() -> None:
    settings = ServiceSettings(instance="producer", database_pool_size=_CONNECTIONS)
    pool = await open_pool(settings.database_url, size=settings.database_pool_size)
    async with Bus(settings, Topology(service="billing", emits=[AccountChanged]), pool) as bus:
        await bus.start()

        async def emit(number: int) -> None:
            async with bus.work() as work:
                await work.emit(AccountChanged(account=ANSWER), aggregate=str(number % _AGGREGATES))

        async def command(order: dict[str, Any]) -> dict[str, Any]:
            started = time.monotonic()
            await driver.measure(emit, order["count"], order["concurrency"])
            return {"from": started}

        await driver.obey(command)
    await pool.close()


if __name__ == "__main__":
    configure_logging(service="bench", level="WARNING")
    os.environ["THUNGAN_DATABASE_URL"] = os.environ[f"BENCH_{sys.argv[1].upper()}_URL"]
    driver.run(_produce() if sys.argv[1] == "producer" else _consume())
