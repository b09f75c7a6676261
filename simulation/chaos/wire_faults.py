"""Faults that hit the connections between two parts."""

from __future__ import annotations

import asyncio

from simulation.chaos.ground import Ground
from simulation.chaos.plan import Fault
from simulation.chaos.wires import DIRECTIONS, Wire


class WireFaults:
    """Each method does one kind of fault, and returns when it is healed."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def reset_broker(self, fault: Fault) -> None:
        """Break a service's connections to the broker, up to three times."""
        wire = self._ground.broker[fault.target]
        times = 1 + fault.size % 3
        for _ in range(times):
            wire.reset()
            await asyncio.sleep(fault.lasts / times)

    async def reset_broker_in_flight(self, fault: Fault) -> None:
        """Break a service's connections to the broker again and again while it sends."""
        await _reset_in_flight(self._ground.broker[fault.target], fault)

    async def reset_database_in_flight(self, fault: Fault) -> None:
        """Break a service's connections to its database again and again while it sends."""
        await _reset_in_flight(self._ground.database[fault.target], fault)

    async def blackhole_broker(self, fault: Fault) -> None:
        """Swallow what a service and the broker say."""
        await _blackhole(self._ground.broker[fault.target], fault)

    async def blackhole_database(self, fault: Fault) -> None:
        """Swallow what a service and its database say."""
        await _blackhole(self._ground.database[fault.target], fault)

    async def broker_down(self, fault: Fault) -> None:
        """Refuse a service's connections to the broker."""
        await _down(self._ground.broker[fault.target], fault)

    async def database_down(self, fault: Fault) -> None:
        """Refuse a service's connections to its database."""
        await _down(self._ground.database[fault.target], fault)

    async def slow_broker(self, fault: Fault) -> None:
        """Hold back what a service and the broker say."""
        await _slow(self._ground.broker[fault.target], fault)

    async def slow_database(self, fault: Fault) -> None:
        """Hold back what a service and its database say."""
        await _slow(self._ground.database[fault.target], fault)

    async def radio(self, fault: Fault) -> None:
        """Spoil what phones and gateway say."""
        how, _, direction = fault.way.partition(" ")
        for wire in self._ground.front:
            if how == "down":
                wire.down()
            elif how == "slow":
                wire.delay = fault.size / 10_000
            elif how == "reset":
                wire.reset()
            else:
                wire.mode = DIRECTIONS[direction]
        await asyncio.sleep(fault.lasts)
        for wire in self._ground.front:
            wire.mend()


async def _reset_in_flight(wire: Wire, fault: Fault) -> None:
    end = asyncio.get_running_loop().time() + fault.lasts
    while asyncio.get_running_loop().time() < end:
        wire.reset_after_upstream = wire.passed_upstream + fault.size
        await asyncio.sleep(min(0.5, fault.lasts / 2))
    wire.mend()


async def _blackhole(wire: Wire, fault: Fault) -> None:
    wire.mode = DIRECTIONS[fault.way]
    await asyncio.sleep(fault.lasts)
    wire.mend()


async def _down(wire: Wire, fault: Fault) -> None:
    wire.down()
    await asyncio.sleep(fault.lasts)
    wire.mend()


async def _slow(wire: Wire, fault: Fault) -> None:
    wire.delay = fault.size / 20_000
    await asyncio.sleep(fault.lasts)
    wire.mend()
