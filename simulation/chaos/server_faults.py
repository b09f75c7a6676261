"""Faults that hit the broker and the database server themselves, and what an administrator can do to them."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping

import asyncpg

from ops.provision import database_name
from ops.system import SERVICES
from simulation.chaos.plan import Fault
from simulation.chaos.testbed import ChaosTestbed
from stack import processes
from stack.disk import MEBIBYTE
from stack.processes import StackError
from stack.rabbitmq import memory_limit

WRITTEN_TABLES: Mapping[str, str] = {
    "customer": "standings, visits",
    "billing": "accounts, shifts",
    "receipt": "series",
    "invoice": "number_rows",
    "notify": "reminders",
    "gateway": "print_jobs, feeds",
}
"""What somebody holds in a ``lock_wait``."""

_DISK_LIMIT = str(200 * MEBIBYTE)


class ServerFaults:
    """Each method does one kind of fault, and returns when it is healed."""

    def __init__(self, testbed: ChaosTestbed) -> None:
        self._testbed = testbed

    # --- the broker

    async def kill_broker(self, fault: Fault) -> None:
        """End the broker as a power cut or as an operator would, and start it again."""
        rabbitmq = self._testbed.stack.rabbitmq
        await asyncio.to_thread(rabbitmq.stop if fault.way == "stop" else rabbitmq.kill)
        try:
            await asyncio.sleep(fault.lasts)
        finally:
            await asyncio.to_thread(rabbitmq.start)
            self._testbed.follow()

    async def freeze_broker(self, fault: Fault) -> None:
        """Let the broker stand still."""
        record = processes.running(self._testbed.folder.record("rabbitmq"))
        if record is None:
            raise StackError("the broker does not run")
        processes.send(record, signal.SIGSTOP)
        try:
            await asyncio.sleep(fault.lasts)
        finally:
            processes.send(record, signal.SIGCONT)

    async def alarm(self, fault: Fault) -> None:
        """Raise the limits above what the machine has: the broker takes no messages any more."""
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        raised, lowered = {
            "disk": (["set_disk_free_limit", str(10**16)], ["set_disk_free_limit", _DISK_LIMIT]),
            "memory": (
                ["set_vm_memory_high_watermark", "absolute", str(MEBIBYTE)],
                ["set_vm_memory_high_watermark", "absolute", str(memory_limit(total))],
            ),
        }[fault.way]
        control = self._testbed.stack.rabbitmq.control
        try:
            await asyncio.to_thread(control, *raised)
            await asyncio.sleep(fault.lasts)
        finally:
            await asyncio.to_thread(control, *lowered)

    async def close_connections(self, fault: Fault) -> None:
        """Have the broker close every connection, as an operator would."""
        await asyncio.to_thread(self._testbed.stack.rabbitmq.control, "close_all_connections", "an operator's wish")
        await asyncio.sleep(fault.lasts / 2)

    # --- the database server

    async def kill_database(self, fault: Fault) -> None:
        """End the database server in one of its ways, and start it again."""
        postgres = self._testbed.stack.postgres
        end = {"immediate": postgres.stop_immediately, "fast": postgres.stop}.get(fault.way, postgres.kill)
        await asyncio.to_thread(end)
        try:
            await asyncio.sleep(fault.lasts)
        finally:
            await asyncio.to_thread(postgres.start)
            self._testbed.follow()

    async def freeze_database(self, fault: Fault) -> None:
        """Let the database server stand still, whatever its sessions are at."""
        postgres = self._testbed.stack.postgres
        await asyncio.to_thread(postgres.signal_all, signal.SIGSTOP)
        try:
            await asyncio.sleep(fault.lasts)
        finally:
            await asyncio.to_thread(postgres.signal_all, signal.SIGCONT)

    async def drop_sessions(self, fault: Fault) -> None:
        """End the sessions of a service, several times."""
        await self._drop_sessions([fault.target], fault)

    async def drop_all_sessions(self, fault: Fault) -> None:
        """End the sessions of all services, several times."""
        await self._drop_sessions(SERVICES, fault)

    async def _drop_sessions(self, services: tuple[str, ...] | list[str], fault: Fault) -> None:
        roles = [database_name(self._testbed.namespace, service) for service in services]
        for _ in range(1 + fault.size % 4):
            await self._as_administrator(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ANY($1)", roles
            )
            await asyncio.sleep(fault.lasts / 4)

    async def lock_wait(self, fault: Fault) -> None:
        """Hold what a service writes to."""
        # Not as the service, whose rights on some of the tables are rights on columns.
        database = database_name(self._testbed.namespace, fault.target)
        connection = await asyncpg.connect(self._testbed.stack.postgres_url, database=database, timeout=10)
        try:
            async with connection.transaction():
                await connection.execute("SET LOCAL lock_timeout = '5s'")
                await connection.execute(f"LOCK TABLE {WRITTEN_TABLES[fault.target]} IN EXCLUSIVE MODE")
                await asyncio.sleep(fault.lasts)
        finally:
            await connection.close(timeout=5)

    async def crowded_database(self, fault: Fault) -> None:
        """Leave a service room for one session."""
        role = database_name(self._testbed.namespace, fault.target)
        try:
            await self._as_administrator(f'ALTER ROLE "{role}" CONNECTION LIMIT 1')
            await self._as_administrator(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1", role
            )
            await asyncio.sleep(fault.lasts)
        finally:
            await self._as_administrator(f'ALTER ROLE "{role}" CONNECTION LIMIT -1')

    async def _as_administrator(self, statement: str, *values: str | list[str]) -> None:
        connection = await asyncpg.connect(self._testbed.stack.postgres_url, timeout=10)
        try:
            await connection.execute(statement) if not values else await connection.fetch(statement, *values)
        finally:
            await connection.close(timeout=5)
