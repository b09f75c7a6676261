"""`thungan events resend`: what the broker lost is found in the archives and given to its consumer again, once."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from ops.archive import Selection, missing_events
from ops.system import SERVICES
from shared.contracts.message import Event
from shared.messaging import EventHandler, PermanentError, Topology, UnitOfWork
from shared.messaging.archive import remember_consumed
from shared.messaging.provision import provision
from shared.settings import ServiceSettings
from shared.testing import wait_until
from shared.testing.broker import BrokerView
from shared.testing.fixtures import BusFactory
from stack.state import PROJECT


class Happened(Event):
    """Something happened."""

    message_name = "test.happened"
    number: int


class Handled:
    """A consumer of events that remembers them; it refuses number 13."""

    def __init__(self) -> None:
        self.numbers: list[int] = []

    async def __call__(self, event: Happened, _: UnitOfWork) -> None:
        if event.number == 13:
            raise PermanentError
        self.numbers.append(event.number)


class Lossy:
    """Billing emits, receipt consumes, and in between a queue is purged."""

    def __init__(
        self,
        urls: dict[str, str],
        broker: BrokerView,
        bus_for: BusFactory,
        settings_for: Callable[..., ServiceSettings],
    ) -> None:
        self.urls = urls
        self.broker = broker
        self.queue = broker.names.event_queue("receipt")
        self.handled = Handled()
        self.topology = Topology(service="receipt", handlers=[EventHandler(Happened, self.handled)])
        self._bus_for = bus_for
        self._settings_for = settings_for

    async def migrate(self) -> None:
        """Do what the consumer's migration does."""
        await provision(self._settings_for(), self.topology)
        connection = await asyncpg.connect(self.urls["receipt"])
        try:
            await remember_consumed(connection, [event.routing_key() for event in self.topology.consumes])
        finally:
            await connection.close()

    async def emit(self, *numbers: int, emitter: str = "billing") -> None:
        """Send events into the queue of the consumer, which does not run."""
        bus = await self._bus_for(Topology(service=emitter, emits=[Happened]), database_url=self.urls[emitter])
        async with bus.work() as work:
            for number in numbers:
                await work.emit(Happened(number=number))
        await wait_until(lambda: self.waiting(len(numbers)))
        await bus.drain()

    async def waiting(self, number: int) -> bool:
        return await self.broker.count(self.queue) == number

    async def purge(self) -> None:
        async with self.broker.channel() as channel:
            await (await channel.get_queue(self.queue)).purge()

    async def consume(self) -> None:
        """Start the consumer."""
        await self._bus_for(self.topology, database_url=self.urls["receipt"])

    async def missing(self) -> list[str]:
        return [event.id async for event in missing_events(self.urls, Selection())]


@pytest.fixture
async def lossy(
    database: Callable[..., Awaitable[str]],
    broker: BrokerView,
    bus_for: BusFactory,
    settings_for: Callable[..., ServiceSettings],
    amqp_url: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Lossy:
    urls = {service: await database() for service in SERVICES}
    monkeypatch.setenv("THUNGAN_NAMESPACE", broker.names.namespace)
    monkeypatch.setenv("THUNGAN_AMQP_URL", amqp_url)
    monkeypatch.setenv("THUNGAN_DEAD_LETTER_BOOK", str(tmp_path / "book.jsonl"))
    for service, url in urls.items():
        monkeypatch.setenv(f"THUNGAN_{service.upper()}_DATABASE_URL", url)
    made = Lossy(urls, broker, bus_for, settings_for)
    await made.migrate()
    return made


async def run(*arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "ops.cli", "events", "resend", *arguments),
        cwd=PROJECT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def resent(*arguments: str) -> Any:
    code, out, err = await run("--json", *arguments)
    assert code == 0, err
    return json.loads(out)


async def test_invoices_come_again_before_the_payments_whose_lost_receipts_quote_them(
    lossy: Lossy, tmp_path: Path
) -> None:
    await lossy.emit(1, 2)
    await lossy.purge()
    await lossy.emit(3, 4, emitter="invoice")
    await lossy.purge()

    assert (await resent())["resent"] == 4
    await lossy.consume()

    await wait_until(lambda: len(lossy.handled.numbers) == 4)
    lines = [json.loads(line) for line in (tmp_path / "book.jsonl").read_text().splitlines()]
    assert [line["emitter"] for line in lines] == ["invoice", "invoice", "billing", "billing"]


async def test_what_a_purge_lost_is_counted_sent_again_and_takes_effect_once(lossy: Lossy, tmp_path: Path) -> None:
    await lossy.emit(1, 2, 3)
    await lossy.purge()

    counted = await resent("--dry-run")
    [row] = counted["events"]
    assert (row["consumer"], row["service"], row["message"], row["count"]) == (
        "receipt",
        "billing",
        "test.happened.v1",
        3,
    )
    assert (counted["resent"], counted["not_consumed"]) == (0, 3)
    assert await lossy.waiting(0)
    assert not (tmp_path / "book.jsonl").exists()

    assert (await resent("--why", "queue purged"))["resent"] == 3
    # Nobody has consumed them yet, so they are sent a second time: that must cost nothing.
    assert (await resent())["resent"] == 3
    assert await lossy.waiting(6)
    await lossy.consume()
    await wait_until(lambda: lossy.waiting(0))
    await wait_until(lambda: sorted(lossy.handled.numbers) == [1, 2, 3])
    assert await lossy.missing() == []
    assert (await resent())["not_consumed"] == 0
    assert sorted(lossy.handled.numbers) == [1, 2, 3]
    lines = [json.loads(line) for line in (tmp_path / "book.jsonl").read_text().splitlines()]
    assert len(lines) == 6
    assert {line["event"] for line in lines} == {"event_resent"}
    assert lines[0]["why"] == "queue purged"


async def test_only_what_is_meant_is_sent_again(lossy: Lossy) -> None:
    await lossy.emit(1, 2, 3)
    await lossy.purge()

    async def count(*arguments: str) -> int:
        found: int = (await resent("--dry-run", *arguments))["not_consumed"]
        return found

    assert await count("--consumer", "receipt", "--service", "billing", "--message", "test.happened") == 3
    assert await count("--consumer", "notify") == 0
    assert await count("--service", "customer") == 0
    assert await count("--message", "test.happ") == 0
    assert await count("--since", "2100-01-01T00:00+07:00") == 0
    assert await count("--until", "2020-01-01T00:00+07:00") == 0
    assert await count("--since", "2020-01-01T00:00+07:00", "--until", "2100-01-01T00:00+07:00") == 3
    assert (await resent("--limit", "1"))["resent"] == 1
    assert await lossy.waiting(1)


async def test_what_is_dead_is_left_to_whoever_looks_after_dead_letters(lossy: Lossy) -> None:
    await lossy.emit(1, 13)
    await lossy.consume()
    await wait_until(lambda: _dead(lossy))
    # The other one is taken in at the same time, and may be committed a moment later.
    await wait_until(lambda: lossy.handled.numbers == [1])
    await wait_until(lambda: _one_is_missing(lossy))
    assert (await resent())["not_consumed"] == 0


async def _one_is_missing(lossy: Lossy) -> bool:
    return len(await lossy.missing()) == 1


async def _dead(lossy: Lossy) -> bool:
    return await lossy.broker.count(lossy.broker.names.dead_queue("receipt")) == 1


async def test_what_was_sent_before_a_service_consumed_it_is_not_missing(lossy: Lossy) -> None:
    connection = await asyncpg.connect(lossy.urls["receipt"])
    try:
        await remember_consumed(connection, [])
        await lossy.emit(1)
        await lossy.purge()
        assert await lossy.missing() == []
        await remember_consumed(connection, ["test.happened.v1"])
        assert await lossy.missing() == []
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "arguments",
    [["--since", "yesterday"], ["--since", "2026-11-28T10:00"], ["--consumer", "nobody"], ["--service", "nobody"]],
)
async def test_what_cannot_be_meant_is_one_line(lossy: Lossy, arguments: list[str]) -> None:
    code, out, err = await run("--dry-run", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
