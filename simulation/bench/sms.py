"""Reminders that leave through one copy of notify, every attempt durable, over HTTP and SMPP."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

import asyncpg

from shared.clock import now
from shared.testing.databases import TestDatabases
from simulation.bench.bench import Bench, new_namespace
from simulation.bench.cpu import cpu_seconds
from simulation.bench.figures import Goal, Row, Sample, compare
from simulation.bench.kannel import Kannel
from simulation.bench.subjects import Subject, SubjectFailed, subject
from simulation.demo.sms_provider import sms_settings
from simulation.providers.process import stand_in
from simulation.sample.reminders import add_in_bulk, write_message_rules
from stack.broker_cleanup import remove_namespace
from stack.ports import free_ports
from stack.state import PROJECT

NAME = "sms"

_SMSC = "simulation.providers.smsc"
_PASSWORD = "bench"  # noqa: S105 - of a stand-in
_LONGEST = 240.0
_BARE_HTTP, _BARE_SMPP, _KANNEL = "bare aiohttp client", "bare SMPP window", "Kannel"

_SMPP = """\
providers:
  - kind: smpp
    name: tong_dai
    host: 127.0.0.1
    port: {port}
    system_id: thungan
    password: {{env: BENCH_SMS_PASSWORD}}
    source: DIENLUC
    receipts: {receipts}
    window: {window}
"""
_WINDOW = 64

_WAITING = "SELECT EXISTS (SELECT FROM reminders WHERE state IN ('scheduled', 'sending'))"
_RESULT = """
SELECT count(*) FILTER (WHERE outcome = 'accepted') AS accepted,
    extract(epoch FROM max(finished_at) - min(started_at))::float AS seconds
FROM attempts WHERE started_at >= $1
"""
_WAKE = "SELECT pg_notify('notify_reminders', '')"


@dataclass
class _Copy:
    """One copy of notify."""

    connection: "asyncpg.Connection[asyncpg.Record]"
    pid: int
    customers: int = 0
    per_second: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    """Milliseconds of this process for each SMS."""

    async def measure(self, count: int) -> None:
        """Let so many reminders become due at once, and wait until all have left and are recorded."""
        moment = now()
        await add_in_bulk(self.connection, self.customers, count, moment)
        self.customers += count
        await self.connection.execute("ANALYZE reminders, accounts, attempts")
        before = cpu_seconds(self.pid)
        await self.connection.execute(_WAKE)
        async with asyncio.timeout(_LONGEST):
            while await self.connection.fetchval(_WAITING):  # noqa: ASYNC110 - it is in another process
                await asyncio.sleep(0.05)
        used = cpu_seconds(self.pid) - before
        found = await self.connection.fetchrow(_RESULT, moment)
        if found is None or found["accepted"] != count:
            raise SubjectFailed(f"{found and found['accepted']} of {count} SMS were accepted")
        self.per_second.append(count / found["seconds"])
        self.cpu.append(used / count * 1000)


async def run(bench: Bench) -> list[Row]:
    """Measure SMS a second over HTTP, over SMPP, and over SMPP with a delivery report for each."""
    count = bench.size(8000, 3000, 30)
    return [
        *await _http(bench, count),
        *await _smpp(bench, count),
    ]


async def _http(bench: Bench, count: int) -> list[Row]:
    async with AsyncExitStack() as stack:
        provider = await stack.enter_async_context(stand_in("generic"))
        settings = sms_settings(bench.folder, provider.url)
        ours = await stack.enter_async_context(_copy(bench, settings))
        bare = await stack.enter_async_context(
            subject("simulation.bench.peers.bare_sms", "http", provider.url, settings={})
        )
        theirs: list[float] = []
        for measured in range(-1, bench.repetitions):
            await ours.measure(count)
            found = (await bare.ask(count=count, concurrency=64))["seconds"]
            if measured >= 0:
                theirs.append(count / found)
            else:
                ours.per_second.clear()
                ours.cpu.clear()
            await provider.forget()
    return [
        compare(
            NAME,
            "SMS over HTTP, one copy",
            "/s",
            Sample.of(ours.per_second),
            Sample.of(theirs),
            compared_with=f"{_BARE_HTTP}, nothing recorded",
            note="a connection for each SMS, in both",
        ),
        compare(NAME, "CPU of an SMS over HTTP, notify", "ms", Sample.of(ours.cpu)),
    ]


async def _smpp(bench: Bench, count: int) -> list[Row]:
    kannel_programs = Kannel.programs(bench)
    async with AsyncExitStack() as stack:
        smsc = await stack.enter_async_context(subject(_SMSC, settings={}))
        port = (await smsc.ask(command="port"))["port"]
        plain = await stack.enter_async_context(_copy(bench, _smpp_settings(bench.folder, port, receipts=False)))
        reported = await stack.enter_async_context(_copy(bench, _smpp_settings(bench.folder, port, receipts=True)))
        bare = await stack.enter_async_context(
            subject("simulation.bench.peers.bare_sms", "smpp", str(port), str(_WINDOW), settings={})
        )
        kannel = None
        if kannel_programs is not None:
            kannel = await stack.enter_async_context(Kannel.running(kannel_programs, bench.folder, port))
        bare_per_second: list[float] = []
        kannel_per_second: list[float] = []
        for measured in range(-1, bench.repetitions):
            for one in (plain, reported):
                await one.measure(count)
                await _clear(smsc)
                if measured < 0:
                    one.per_second.clear()
                    one.cpu.clear()
            found = (await bare.ask(count=count, concurrency=_WINDOW))["seconds"]
            await _clear(smsc)
            if measured >= 0:
                bare_per_second.append(count / found)
            if kannel is not None:
                found = await kannel.measure(count, smsc)
                await _clear(smsc)
                if measured >= 0:
                    kannel_per_second.append(count / found)
    goal = Goal(1000, ">=")
    rows = [
        compare(
            NAME,
            "SMS over SMPP, one copy",
            "/s",
            Sample.of(plain.per_second),
            Sample.of(bare_per_second),
            compared_with=f"{_BARE_SMPP}, nothing recorded",
            goal=goal,
        ),
        compare(NAME, "SMS over SMPP, each with a delivery report", "/s", Sample.of(reported.per_second)),
        compare(NAME, "CPU of an SMS over SMPP, notify", "ms", Sample.of(plain.cpu)),
        compare(NAME, "CPU of an SMS over SMPP with its report, notify", "ms", Sample.of(reported.cpu)),
    ]
    if kannel_per_second:
        rows.insert(
            1,
            compare(
                NAME,
                "SMS over SMPP, one copy",
                "/s",
                Sample.of(plain.per_second),
                Sample.of(kannel_per_second),
                compared_with=f"{_KANNEL}, disk spool",
            ),
        )
    return rows


def _smpp_settings(folder: Path, port: int, *, receipts: bool) -> Mapping[str, str]:
    written = folder / f"smpp-{'with' if receipts else 'without'}-receipts.yaml"
    written.write_text(_SMPP.format(port=port, receipts=str(receipts).lower(), window=_WINDOW), encoding="utf-8")
    return {"THUNGAN_SMS_CONFIGURATION": str(written.resolve()), "BENCH_SMS_PASSWORD": _PASSWORD}


async def _clear(smsc: Subject) -> None:
    await smsc.ask(command="clear")


@asynccontextmanager
async def _copy(bench: Bench, sms: Mapping[str, str]) -> AsyncIterator[_Copy]:
    """Run one copy of notify on a database of its own."""
    namespace, databases = new_namespace(), TestDatabases(bench.stack.postgres_url)
    [port] = free_ports(1)
    log = bench.folder / f"notify-{namespace}.log"
    try:
        url = await databases.create("notify")
        environment = {
            **os.environ,
            **bench.settings(namespace),
            **write_message_rules(bench.folder),
            **sms,
            "PYTHONPATH": str(PROJECT),
            "THUNGAN_DATABASE_URL": url,
            "THUNGAN_HTTP_PORT": str(port),
            "THUNGAN_LOG_LEVEL": "INFO",
        }
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "services.notify"),
                cwd=PROJECT,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:
            await _until_ready(port, process)
            connection = await asyncpg.connect(url)
            try:
                yield _Copy(connection, process.pid)
            finally:
                await connection.close()
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
    finally:
        await databases.close()
        await remove_namespace(bench.stack.amqp_url, namespace)


async def _until_ready(port: int, process: asyncio.subprocess.Process) -> None:
    def is_ready() -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    deadline = time.monotonic() + 60
    while not await asyncio.to_thread(is_ready):
        if process.returncode is not None or time.monotonic() > deadline:
            raise SubjectFailed("notify has not become ready; its log is beside the bench's files")
        await asyncio.sleep(0.1)
