"""Faults that hit the services' processes: killed, restarted, standing still, all at once."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from functools import partial

from ops.system import SERVICES
from simulation.chaos.plan import Fault
from simulation.chaos.testbed import ChaosTestbed
from stack.other_date import wall_clock_library

_READY_SECONDS = 40.0

Copy = tuple[str, int]

SKEWS: Mapping[str, timedelta] = {
    "-3h": timedelta(hours=-3),
    "+3h": timedelta(hours=3),
    "+40d": timedelta(days=40),
}


class ProcessFaults:
    """Each method does one kind of fault, and returns when it is healed."""

    def __init__(self, testbed: ChaosTestbed) -> None:
        self._testbed = testbed

    async def kill_service(self, fault: Fault) -> None:
        """End a copy as a power cut would."""
        testbed, copy = self._testbed, (fault.target, fault.copy)
        testbed.held_down.add(copy)
        try:
            await asyncio.to_thread(testbed.system.kill, *copy)
            await asyncio.sleep(fault.lasts)
            await testbed.launch(*copy)
        finally:
            testbed.held_down.discard(copy)

    async def freeze_service(self, fault: Fault) -> None:
        """Let a copy stand still: its connections stay open, and nothing answers on them."""
        system = self._testbed.system
        system.signal(fault.target, signal.SIGSTOP, fault.copy)
        try:
            await asyncio.sleep(fault.lasts)
        finally:
            system.signal(fault.target, signal.SIGCONT, fault.copy)

    async def clock_skew(self, fault: Fault) -> None:
        """Let a copy work with a wrong clock until it has noticed, and for some time after that."""
        testbed, copy = self._testbed, (fault.target, fault.copy)
        testbed.held_down.add(copy)
        try:
            with wall_clock_library(SKEWS[fault.way]) as library:
                await asyncio.to_thread(testbed.system.stop, *copy)
                preload = " ".join(filter(None, (str(library), os.environ.get("LD_PRELOAD"))))
                await testbed.launch(*copy, environment={"LD_PRELOAD": preload})
                await self._until(lambda: testbed.says(*copy, "machine's clock is"))
                await asyncio.sleep(fault.lasts)
                await asyncio.to_thread(testbed.system.stop, *copy)
            await testbed.launch(*copy)
        finally:
            testbed.held_down.discard(copy)

    async def rolling_restart(self, fault: Fault) -> None:
        """Restart the copies of a service, as for a new version of it."""
        await self._restart(self._copies(fault.target))

    async def rolling_deployment(self, _: Fault) -> None:
        """Restart the copies of all services, as for a new version of everything."""
        await self._restart(copy for service in SERVICES for copy in self._copies(service))

    async def power_cut(self, fault: Fault) -> None:
        """End everything at once; services come up beside their broker and database, as after a power cut."""
        testbed = self._testbed
        copies = [copy for service in SERVICES for copy in self._copies(service)]
        rabbitmq, postgres = testbed.stack.rabbitmq, testbed.stack.postgres
        testbed.held_down.update(copies)
        try:
            await asyncio.gather(
                asyncio.to_thread(rabbitmq.kill),
                asyncio.to_thread(postgres.kill),
                *(asyncio.to_thread(testbed.system.kill, *copy) for copy in copies),
            )
            await asyncio.sleep(fault.lasts)
            await asyncio.gather(
                asyncio.to_thread(rabbitmq.start),
                asyncio.to_thread(postgres.start),
                *(testbed.launch(*copy) for copy in copies),
            )
        finally:
            testbed.held_down.difference_update(copies)
            testbed.follow()

    def _copies(self, service: str) -> list[Copy]:
        return [(service, copy) for copy in range(self._testbed.copies[service])]

    async def _restart(self, copies: Iterable[Copy]) -> None:
        testbed = self._testbed
        for copy in copies:
            testbed.held_down.add(copy)
            try:
                await asyncio.to_thread(testbed.system.stop, *copy)
                await testbed.launch(*copy)
            finally:
                testbed.held_down.discard(copy)
            # As an orchestrator does: the next one goes only when this one works.
            await self._until(partial(asyncio.to_thread, testbed.system.is_ready, *copy))

    async def _until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        deadline = asyncio.get_running_loop().time() + _READY_SECONDS
        while not await condition():
            if asyncio.get_running_loop().time() > deadline:
                break
            await asyncio.sleep(0.1)
