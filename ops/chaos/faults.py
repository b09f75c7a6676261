"""Doing what the plan says, and undoing it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping

import aio_pika
import asyncpg

from ops.chaos.broker_faults import MessageTroubles
from ops.chaos.ground import Ground
from ops.chaos.history import History
from ops.chaos.plan import Fault, Storm
from ops.chaos.wires import DIRECTIONS, Wire
from ops.stack import processes
from ops.stack.processes import StackError
from ops.stack.provision import database_name
from ops.stack.rabbitmq import MEBIBYTE, memory_limit

WRITTEN_TABLES: Mapping[str, str] = {
    "customer": "standings, visits",
    "billing": "accounts, shifts",
    "receipt": "series",
    "notify": "reminders",
    "gateway": "print_jobs, feeds",
}
"""What somebody holds in a ``lock_wait``."""

_DISK_LIMIT = str(200 * MEBIBYTE)
_READY_SECONDS = 40.0
_COULD_NOT = (OSError, StackError, asyncpg.PostgresError, asyncpg.InterfaceError, aio_pika.exceptions.AMQPError)


class Injector:
    """Does the faults of a storm, all at their time, and returns when all are healed."""

    def __init__(self, ground: Ground, history: History, troubles: MessageTroubles) -> None:
        self._ground = ground
        self._history = history
        self._troubles = troubles
        self.done: Counter[str] = Counter()
        """Kind → how often it was done."""
        self.not_done: list[str] = []
        """Faults that could not be done, and why."""

    async def storm(self, storm: Storm) -> None:
        """Do all faults of a storm."""
        await asyncio.gather(*(self._do(fault) for fault in storm.faults))

    async def _do(self, fault: Fault) -> None:
        await asyncio.sleep(fault.after)
        act: Callable[[Fault], Awaitable[None]] = getattr(self, f"_{fault.kind}")
        self._history.note("fault begins", **fault.as_dict())
        try:
            await act(fault)
        except _COULD_NOT as error:
            self.not_done.append(f"{fault}: {type(error).__name__} {error}")
            self._history.note("fault could not be done", kind=fault.kind, why=f"{type(error).__name__} {error}")
        else:
            self.done[fault.kind] += 1
            self._history.note("fault healed", kind=fault.kind, target=fault.target)

    # --- processes

    async def _kill_service(self, fault: Fault) -> None:
        ground, copy = self._ground, (fault.target, fault.copy)
        ground.held_down.add(copy)
        try:
            await asyncio.to_thread(ground.system.kill, *copy)
            await asyncio.sleep(fault.lasts)
            await ground.launch(*copy)
        finally:
            ground.held_down.discard(copy)

    async def _rolling_restart(self, fault: Fault) -> None:
        ground = self._ground
        for number in range(ground.copies[fault.target]):
            copy = (fault.target, number)
            ground.held_down.add(copy)
            try:
                await asyncio.to_thread(ground.system.stop, *copy)
                await ground.launch(*copy)
            finally:
                ground.held_down.discard(copy)
            deadline = asyncio.get_running_loop().time() + _READY_SECONDS
            # As an orchestrator does: the next one goes only when this one works.
            while not await asyncio.to_thread(ground.system.is_ready, *copy):
                if asyncio.get_running_loop().time() > deadline:
                    break
                await asyncio.sleep(0.1)

    async def _freeze_service(self, fault: Fault) -> None:
        system = self._ground.system
        system.signal(fault.target, signal.SIGSTOP, fault.copy)
        try:
            await asyncio.sleep(fault.lasts)
        finally:
            system.signal(fault.target, signal.SIGCONT, fault.copy)

    async def _kill_broker(self, fault: Fault) -> None:
        rabbitmq = self._ground.stack.rabbitmq
        await asyncio.to_thread(rabbitmq.kill)
        try:
            await asyncio.sleep(fault.lasts)
        finally:
            await asyncio.to_thread(rabbitmq.start)
            self._ground.follow()

    async def _freeze_broker(self, fault: Fault) -> None:
        record = processes.running(self._ground.folder.record("rabbitmq"))
        if record is None:
            raise StackError("the broker does not run")
        processes.send(record, signal.SIGSTOP)
        try:
            await asyncio.sleep(fault.lasts)
        finally:
            processes.send(record, signal.SIGCONT)

    async def _alarm(self, fault: Fault) -> None:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        raised, lowered = {
            "disk": (["set_disk_free_limit", str(10**16)], ["set_disk_free_limit", _DISK_LIMIT]),
            "memory": (
                ["set_vm_memory_high_watermark", "absolute", str(MEBIBYTE)],
                ["set_vm_memory_high_watermark", "absolute", str(memory_limit(total))],
            ),
        }[fault.way]
        control = self._ground.stack.rabbitmq.control
        try:
            await asyncio.to_thread(control, *raised)
            await asyncio.sleep(fault.lasts)
        finally:
            await asyncio.to_thread(control, *lowered)

    async def _kill_database(self, fault: Fault) -> None:
        postgres = self._ground.stack.postgres
        await asyncio.to_thread(postgres.kill)
        try:
            await asyncio.sleep(fault.lasts)
        finally:
            await asyncio.to_thread(postgres.start)
            self._ground.follow()

    # --- wires

    async def _reset_broker(self, fault: Fault) -> None:
        await self._reset(self._ground.broker[fault.target], fault)

    async def _reset(self, wire: Wire, fault: Fault) -> None:
        times = 1 + fault.size % 3
        for _ in range(times):
            wire.reset()
            await asyncio.sleep(fault.lasts / times)

    async def _reset_broker_in_flight(self, fault: Fault) -> None:
        await self._reset_in_flight(self._ground.broker[fault.target], fault)

    async def _reset_database_in_flight(self, fault: Fault) -> None:
        await self._reset_in_flight(self._ground.database[fault.target], fault)

    async def _reset_in_flight(self, wire: Wire, fault: Fault) -> None:
        end = asyncio.get_running_loop().time() + fault.lasts
        while asyncio.get_running_loop().time() < end:
            wire.reset_after_upstream = wire.passed_upstream + fault.size
            await asyncio.sleep(min(0.5, fault.lasts / 2))
        wire.mend()

    async def _blackhole_broker(self, fault: Fault) -> None:
        await self._blackhole(self._ground.broker[fault.target], fault)

    async def _blackhole_database(self, fault: Fault) -> None:
        await self._blackhole(self._ground.database[fault.target], fault)

    async def _blackhole(self, wire: Wire, fault: Fault) -> None:
        wire.mode = DIRECTIONS[fault.way]
        await asyncio.sleep(fault.lasts)
        wire.mend()

    async def _broker_down(self, fault: Fault) -> None:
        await self._down(self._ground.broker[fault.target], fault)

    async def _database_down(self, fault: Fault) -> None:
        await self._down(self._ground.database[fault.target], fault)

    async def _down(self, wire: Wire, fault: Fault) -> None:
        wire.down()
        await asyncio.sleep(fault.lasts)
        wire.mend()

    async def _slow_broker(self, fault: Fault) -> None:
        await self._slow(self._ground.broker[fault.target], fault)

    async def _slow_database(self, fault: Fault) -> None:
        await self._slow(self._ground.database[fault.target], fault)

    async def _slow(self, wire: Wire, fault: Fault) -> None:
        wire.delay = fault.size / 20_000
        await asyncio.sleep(fault.lasts)
        wire.mend()

    async def _radio(self, fault: Fault) -> None:
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

    # --- the database server

    async def _drop_sessions(self, fault: Fault) -> None:
        for _ in range(1 + fault.size % 4):
            await self._as_administrator(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1",
                database_name(self._ground.namespace, fault.target),
            )
            await asyncio.sleep(fault.lasts / 4)

    async def _lock_wait(self, fault: Fault) -> None:
        connection = await asyncpg.connect(self._ground.database_urls()[fault.target], timeout=10)
        try:
            async with connection.transaction():
                await connection.execute("SET LOCAL lock_timeout = '5s'")
                await connection.execute(f"LOCK TABLE {WRITTEN_TABLES[fault.target]} IN EXCLUSIVE MODE")
                await asyncio.sleep(fault.lasts)
        finally:
            await connection.close(timeout=5)

    async def _crowded_database(self, fault: Fault) -> None:
        role = database_name(self._ground.namespace, fault.target)
        try:
            await self._as_administrator(f'ALTER ROLE "{role}" CONNECTION LIMIT 1')
            await self._as_administrator(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1", role
            )
            await asyncio.sleep(fault.lasts)
        finally:
            await self._as_administrator(f'ALTER ROLE "{role}" CONNECTION LIMIT -1')

    async def _as_administrator(self, statement: str, *values: str) -> None:
        connection = await asyncpg.connect(self._ground.stack.postgres_url, timeout=10)
        try:
            await connection.execute(statement) if not values else await connection.fetch(statement, *values)
        finally:
            await connection.close(timeout=5)

    # --- messages

    async def _duplicate(self, fault: Fault) -> None:
        await self._troubles.duplicate(self._ground.stack.amqp_url, fault.lasts, fault.size)

    async def _reorder(self, fault: Fault) -> None:
        await self._troubles.reorder(self._ground.stack.amqp_url, fault.target, fault.lasts)

    async def _poison(self, fault: Fault) -> None:
        await self._troubles.spoil(self._ground.stack.amqp_url, fault.target)
