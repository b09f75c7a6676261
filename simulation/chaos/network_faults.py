"""Faults that hit the connections between two parts."""

from __future__ import annotations

import asyncio

from simulation.chaos.plan import Fault
from simulation.chaos.proxies import DIRECTIONS, FaultProxy
from simulation.chaos.testbed import ChaosTestbed


class NetworkFaults:
    """Each method does one kind of fault, and returns when it is healed."""

    def __init__(self, testbed: ChaosTestbed) -> None:
        self._testbed = testbed

    async def reset_broker(self, fault: Fault) -> None:
        """Break a service's connections to the broker, up to three times."""
        proxy = self._testbed.broker[fault.target]
        times = 1 + fault.size % 3
        for _ in range(times):
            proxy.reset()
            await asyncio.sleep(fault.lasts / times)

    async def reset_broker_in_flight(self, fault: Fault) -> None:
        """Break a service's connections to the broker again and again while it sends."""
        await _reset_in_flight(self._testbed.broker[fault.target], fault)

    async def reset_database_in_flight(self, fault: Fault) -> None:
        """Break a service's connections to its database again and again while it sends."""
        await _reset_in_flight(self._testbed.database[fault.target], fault)

    async def blackhole_broker(self, fault: Fault) -> None:
        """Swallow what a service and the broker send."""
        await _blackhole(self._testbed.broker[fault.target], fault)

    async def blackhole_database(self, fault: Fault) -> None:
        """Swallow what a service and its database send."""
        await _blackhole(self._testbed.database[fault.target], fault)

    async def broker_down(self, fault: Fault) -> None:
        """Refuse a service's connections to the broker."""
        await _down(self._testbed.broker[fault.target], fault)

    async def database_down(self, fault: Fault) -> None:
        """Refuse a service's connections to its database."""
        await _down(self._testbed.database[fault.target], fault)

    async def slow_broker(self, fault: Fault) -> None:
        """Hold back what a service and the broker send."""
        await _slow(self._testbed.broker[fault.target], fault)

    async def slow_database(self, fault: Fault) -> None:
        """Hold back what a service and its database send."""
        await _slow(self._testbed.database[fault.target], fault)

    async def radio(self, fault: Fault) -> None:
        """Spoil what phones and gateway send."""
        how, _, direction = fault.way.partition(" ")
        for proxy in self._testbed.gateways:
            if how == "down":
                proxy.down()
            elif how == "slow":
                proxy.delay = fault.size / 10_000
            elif how == "reset":
                proxy.reset()
            else:
                proxy.mode = DIRECTIONS[direction]
        await asyncio.sleep(fault.lasts)
        for proxy in self._testbed.gateways:
            proxy.restore()


async def _reset_in_flight(proxy: FaultProxy, fault: Fault) -> None:
    end = asyncio.get_running_loop().time() + fault.lasts
    while asyncio.get_running_loop().time() < end:
        proxy.reset_after_upstream = proxy.passed_upstream + fault.size
        await asyncio.sleep(min(0.5, fault.lasts / 2))
    proxy.restore()


async def _blackhole(proxy: FaultProxy, fault: Fault) -> None:
    proxy.mode = DIRECTIONS[fault.way]
    await asyncio.sleep(fault.lasts)
    proxy.restore()


async def _down(proxy: FaultProxy, fault: Fault) -> None:
    proxy.down()
    await asyncio.sleep(fault.lasts)
    proxy.restore()


async def _slow(proxy: FaultProxy, fault: Fault) -> None:
    proxy.delay = fault.size / 20_000
    await asyncio.sleep(fault.lasts)
    proxy.restore()
