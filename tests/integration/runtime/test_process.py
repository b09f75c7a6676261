"""A service process starts, becomes ready, drains when it is stopped, and exits with an error when a part dies."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

from shared.messaging import Topology
from shared.problems import Problem
from shared.runtime import EXIT_FAILED
from shared.testing import wait_until
from shared.testing.broker import BrokerView
from shared.testing.databases import TestDatabases
from shared.testing.fixtures import BusFactory
from shared.testing.proxy import Mode, TcpProxy
from tests.integration.runtime.sample_service import TOPOLOGY, Sleep

Database = Callable[..., Awaitable[str]]

_PROJECT = Path(__file__).resolve().parents[3]


class Process:
    """The sample service as a process, with what it has written."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []

    async def read(self) -> None:
        assert self.process.stderr is not None
        while line := await self.process.stderr.readline():
            self.lines.append(line.decode().rstrip())

    def event(self, name: str) -> dict[str, Any] | None:
        """Return the first log line of that name."""
        for line in self.lines:
            if line.startswith("{") and (found := json.loads(line))["event"] == name:
                return dict(found)
        return None

    async def ready(self) -> int:
        """Wait until it says that it is ready; return its HTTP port."""
        await wait_until(lambda: self.event("ready"), timeout=20)
        return int((self.event("ready") or {})["http_port"])

    async def ended(self, seconds: float = 25) -> int:
        return await asyncio.wait_for(self.process.wait(), seconds)


Start = Callable[..., Any]


@pytest.fixture
def start(amqp_url: str, namespace: str, used_services: set[str]) -> Start:
    used_services.add("sample")

    @asynccontextmanager
    async def start(database_url: str, *arguments: str, **settings: str) -> AsyncIterator[Process]:
        environment = {
            "PATH": os.environ["PATH"],
            "LD_PRELOAD": os.environ.get("LD_PRELOAD", ""),  # the clock of a run on another date
            "PYTHONPATH": str(_PROJECT),
            "THUNGAN_ENVIRONMENT": "development",
            "THUNGAN_AMQP_URL": amqp_url,
            "THUNGAN_DATABASE_URL": database_url,
            "THUNGAN_NAMESPACE": namespace,
            **{f"THUNGAN_{name.upper()}": value for name, value in settings.items()},
        }
        program = Path(__file__).parent / "sample_service.py"
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(program),
            *arguments,
            env={name: value for name, value in environment.items() if value},
            stderr=asyncio.subprocess.PIPE,
        )
        running = Process(process)
        reading = asyncio.create_task(running.read())
        try:
            yield running
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
            await reading

    return start


async def get(port: int, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as response:
        return response.status, await response.text()


async def test_a_service_says_that_it_is_ready_and_what_of_it(start: Start, database: Database) -> None:
    async with start(await database()) as sample:
        port = await sample.ready()

        assert await get(port, "/healthz") == (200, '{"status": "ok"}')
        status, text = await get(port, "/readyz")
        assert status == 200
        names = ["database", "clock", "broker_publish", "broker_consume", "consumers", "relay"]
        assert json.loads(text) == {"status": "ready", "checks": dict.fromkeys(names, "ok")}
        status, text = await get(port, "/metrics")
        assert status == 200
        assert 'thungan_bus_outbox_lag_seconds{service="sample"}' in text


async def test_a_stopped_service_finishes_what_it_has_begun_and_sends_what_it_has_emitted(
    start: Start, database: Database, bus_for: BusFactory, tmp_path: Path
) -> None:
    url, morning = await database(), tmp_path / "morning"
    asker = await bus_for(Topology(service="asker"))
    async with start(url) as sample:
        await sample.ready()
        answer = asyncio.create_task(asker.request(Sleep(until=str(morning)), timeout=60))
        await wait_until(lambda: "asleep" in sample.lines)
        sample.process.send_signal(signal.SIGTERM)
        await wait_until(lambda: sample.event("stopping"))
        morning.touch()

        assert (await answer).text == "awake"
        assert await sample.ended() == 0

    connection = await asyncpg.connect(url)
    waiting = await connection.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL")
    await connection.close()
    assert waiting == 0


async def test_a_service_is_gone_in_time_even_when_a_handler_hangs(
    start: Start, database: Database, bus_for: BusFactory, tmp_path: Path
) -> None:
    asker = await bus_for(Topology(service="asker"))
    async with start(await database()) as sample:
        await sample.ready()
        answer = asyncio.create_task(asker.request(Sleep(until=str(tmp_path / "never")), timeout=60))
        await wait_until(lambda: "asleep" in sample.lines)
        sample.process.send_signal(signal.SIGTERM)

        await sample.ended()
        with pytest.raises(Problem):
            await answer


async def test_a_service_ends_when_a_part_of_it_has_died(
    start: Start, database: Database, bus_for: BusFactory, tmp_path: Path
) -> None:
    asker = await bus_for(Topology(service="asker"))
    async with start(await database()) as sample:
        await sample.ready()

        await asker.request(Sleep(until=str(tmp_path), part_fails=True))

        assert await sample.ended() == 70
        assert sample.event("part_failed")


async def test_a_service_whose_event_loop_hangs_ends_and_says_where_it_hung(
    start: Start, database: Database, bus_for: BusFactory, tmp_path: Path
) -> None:
    asker = await bus_for(Topology(service="asker"))
    async with start(await database(), hung_seconds="1") as sample:
        await sample.ready()

        answer = asyncio.create_task(asker.request(Sleep(until=str(tmp_path), hangs=True)))

        assert await sample.ended() == EXIT_FAILED
        assert (sample.event("event_loop_hung") or {})["seconds"] == 1
        assert any("sample_service.py" in line and "in sleep" in line for line in sample.lines)
        answer.cancel()
        await asyncio.gather(answer, return_exceptions=True)


async def test_a_service_that_was_stopped_for_longer_goes_on(start: Start, database: Database) -> None:
    async with start(await database(), hung_seconds="1") as sample:
        port = await sample.ready()

        sample.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(1.5)  # longer than it may hang
        sample.process.send_signal(signal.SIGCONT)

        assert await get(port, "/healthz") == (200, '{"status": "ok"}')
        assert sample.event("event_loop_hung") is None


async def test_a_killed_service_leaves_its_work_to_another_copy(
    start: Start, database: Database, bus_for: BusFactory, tmp_path: Path
) -> None:
    url, morning = await database(), tmp_path / "morning"
    asker = await bus_for(Topology(service="asker"))
    async with start(url) as first, start(url) as second:
        await first.ready()
        await second.ready()
        answer = asyncio.create_task(asker.request(Sleep(until=str(morning)), timeout=60))
        await wait_until(lambda: "asleep" in first.lines + second.lines)

        (first if "asleep" in first.lines else second).process.kill()
        await wait_until(lambda: "asleep" in first.lines and "asleep" in second.lines)
        morning.touch()

        assert (await answer).text == "awake"


async def test_a_service_whose_database_is_away_says_so_and_recovers(
    start: Start, database: Database, postgres_url: str
) -> None:
    async with TcpProxy.in_front_of(postgres_url) as proxy, start(proxy.url(await database())) as sample:
        port = await sample.ready()
        await wait_until(lambda: _is_ready(port))
        proxy.down()
        status, text = await get(port, "/readyz")
        assert status == 503
        assert json.loads(text)["checks"]["database"] != "ok"

        proxy.heal()
        await wait_until(lambda: _is_ready(port))
        sample.process.send_signal(signal.SIGTERM)
        assert await sample.ended() == 0


async def _is_ready(port: int) -> bool:
    return (await get(port, "/readyz"))[0] == 200


async def test_migrate_brings_database_and_queues_up_to_date(
    start: Start, database: Database, broker: BrokerView
) -> None:
    url = await database()

    async with start(url, "migrate") as migrating:
        assert await migrating.ended() == 0

    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT count(*) FROM sleeper") == 0
    await connection.close()
    assert await broker.count(broker.names.event_queue(TOPOLOGY.service)) == 0


async def test_missing_settings_are_named_and_nothing_is_started(start: Start) -> None:
    async with start("", amqp_url="", concurrency="many") as sample:
        assert await sample.ended() == 78

    text = "\n".join(sample.lines)
    assert "THUNGAN_AMQP_URL" in text
    assert "THUNGAN_DATABASE_URL" in text
    assert "THUNGAN_CONCURRENCY" in text


async def test_outside_development_a_service_does_not_start_with_a_password_that_everybody_knows(start: Start) -> None:
    url = "postgresql://sample:development@127.0.0.1:1/none"
    for arguments in ((), ("migrate",)):
        async with start(url, *arguments, environment="production") as sample:
            assert await sample.ended() == 78
        assert any("THUNGAN_DATABASE_URL" in line for line in sample.lines)
        assert not any(url in line for line in sample.lines)


async def test_migrations_wait_for_a_database_and_a_broker_that_are_still_starting(
    start: Start, databases: TestDatabases, amqp_url: str, broker: BrokerView
) -> None:
    async with TcpProxy.in_front_of(databases.url("")) as database, TcpProxy.in_front_of(amqp_url) as rabbit:
        database.mode = rabbit.mode = Mode.DOWN
        empty = await databases.create_empty()
        async with start(database.url(empty), "migrate", amqp_url=rabbit.url(amqp_url)) as migrating:
            await wait_until(lambda: database.refused > 2, 60, message="it asks the database again")
            database.mode = Mode.PASS
            await wait_until(lambda: rabbit.refused > 2, 60, message="it asks the broker again")
            assert migrating.event("queues_declared") is None
            rabbit.mode = Mode.PASS
            assert await migrating.ended(60) == 0, migrating.lines
    assert await broker.count(broker.names.event_queue("sample")) == 0


async def test_migrations_wait_for_the_database_that_somebody_is_about_to_make(
    start: Start, databases: TestDatabases
) -> None:
    empty = await databases.create_empty()
    missing = empty + "_soon"
    async with start(missing, "migrate") as migrating:
        await wait_until(lambda: migrating.event("waiting"), 60)
        await databases.rename(empty, missing)
        assert await migrating.ended(60) == 0, migrating.lines


async def test_migrations_that_waited_for_as_long_as_was_said_end_with_one_line(start: Start) -> None:
    nowhere = "postgresql://nobody:x@127.0.0.1:1/none"
    async with start(nowhere, "migrate", migration_wait_seconds="0.5") as migrating:
        assert await migrating.ended() == EXIT_FAILED
    (line,) = (line for line in migrating.lines if not line.startswith("{"))
    assert line.startswith("sample: the database was not reached within 0.5 s: ")
    assert line.endswith("(THUNGAN_MIGRATION_WAIT_SECONDS)")
