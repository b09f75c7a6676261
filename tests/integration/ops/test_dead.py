"""`thungan dead` on a real broker: what operators see of dead letters, and what is written down of what they do."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aio_pika import DeliveryMode, Message

from ops.commands.dead import _redrive
from ops.dead_letters import Selection
from shared.messaging.topology import Topology, event_queues
from shared.testing import wait_until
from shared.testing.broker import BrokerView
from stack.state import PROJECT

PHONE = "0912345678"


class DeadCommand:
    """The broker with dead letters on it, and a terminal."""

    def __init__(self, broker: BrokerView, environment: dict[str, str], book: Path) -> None:
        self.broker = broker
        self.book = book
        self._environment = environment

    async def run(self, *arguments: str) -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "ops.cli", "dead", *arguments),
            cwd=PROJECT,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        return process.returncode or 0, out.decode(), err.decode()

    async def json(self, *arguments: str) -> Any:
        code, out, err = await self.run(*arguments, "--json")
        assert code == 0, err
        return json.loads(out)

    async def put_dead(self, service: str, kind: str, reason: str, *, hours_ago: float = 0) -> str:
        """Put a letter into the dead queue as the bus does, and return its id."""
        message_id = str(uuid4())
        headers: dict[str, Any] = {
            "x-message-id": message_id,
            "x-reason": reason,
            "x-error": "KeyError",
            "x-attempt": 10,
            "x-dead-at": int((1_700_000_000 - hours_ago * 3600) * 1000),
        }
        body = json.dumps({"customer_name": "Nguyễn Thị Lan", "phone": PHONE, "kwh": 123}).encode()
        letter = Message(body, type=kind, app_id="billing", headers=headers, delivery_mode=DeliveryMode.PERSISTENT)
        await self.broker.put(letter, queue=self.broker.names.dead_queue(service))
        return message_id

    async def left(self, service: str) -> int | None:
        return await self.broker.count(self.broker.names.dead_queue(service))

    def entries(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.book.read_text().splitlines()] if self.book.exists() else []


@pytest.fixture
async def dead(broker: BrokerView, amqp_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DeadCommand:
    async with broker.channel() as channel:
        for service in ("receipt", "notify"):
            for queue in event_queues(Topology(service=service), broker.names):
                await channel.declare_queue(queue.name, durable=True, arguments=dict(queue.arguments))
    book = tmp_path / "audit" / "book.jsonl"
    monkeypatch.setenv("THUNGAN_AMQP_URL", amqp_url)
    monkeypatch.setenv("THUNGAN_NAMESPACE", broker.names.namespace)
    monkeypatch.setenv("THUNGAN_DEAD_LETTER_BOOK", str(book))
    return DeadCommand(broker, dict(os.environ), book)


async def test_dead_letters_are_counted_by_service_event_and_reason(dead: DeadCommand) -> None:
    await dead.put_dead("receipt", "payment.recorded.v1", "permanent", hours_ago=5)
    await dead.put_dead("receipt", "payment.recorded.v1", "permanent")
    await dead.put_dead("notify", "notice.issued.v1", "attempts-exhausted")

    found = await dead.json("list")

    assert [(one["service"], one["message"], one["reason"], one["count"]) for one in found] == [
        ("notify", "notice.issued.v1", "attempts-exhausted", 1),
        ("receipt", "payment.recorded.v1", "permanent", 2),
    ]
    assert found[1]["oldest_seconds"] - found[0]["oldest_seconds"] == pytest.approx(5 * 3600, abs=60)
    code, out, _ = await dead.run()
    assert (code, "attempts-exhausted" in out) == (0, True)


async def test_no_dead_letters_is_shown_in_words(dead: DeadCommand) -> None:
    code, out, err = await dead.run("list")

    assert (code, out, err) == (0, "There are no dead letters.\n", "")


async def test_a_letter_is_shown_without_names_and_numbers_unless_asked_for(dead: DeadCommand) -> None:
    letter = await dead.put_dead("receipt", "payment.recorded.v1", "permanent")

    _, masked, _ = await dead.run("show", letter)
    _, unmasked, _ = await dead.run("show", letter, "--unmasked")

    assert "KeyError" in masked
    assert '"kwh": 123' in masked
    assert PHONE not in masked
    assert "Lan" not in masked
    assert PHONE in unmasked
    assert "Lan" in unmasked
    assert await dead.left("receipt") == 1


async def test_a_letter_that_is_not_there_is_an_error_in_one_line(dead: DeadCommand) -> None:
    code, out, err = await dead.run("show", "nothing")

    assert (code, out, err) == (1, "", "thungan: no dead letter nothing\n")


async def test_only_what_is_meant_is_sent_again_at_the_pace_asked_for(dead: DeadCommand) -> None:
    old = await dead.put_dead("receipt", "payment.recorded.v1", "permanent", hours_ago=5)
    await dead.put_dead("receipt", "payment.reversed.v1", "permanent")
    await dead.put_dead("receipt", "payment.recorded.v1", "undecodable")
    await dead.put_dead("notify", "payment.recorded.v1", "permanent")
    which = ("--service", "receipt", "--message", "payment.recorded", "--reason", "permanent")

    done = await dead.json("redrive", *which, "--rate", "100", "--by", "Bình", "--why", "key added")

    assert done == {"redriven": [old]}
    assert (await dead.left("receipt"), await dead.left("notify")) == (2, 1)
    sent = await dead.broker.take(dead.broker.names.event_queue("receipt"))
    assert sent is not None
    headers = {key: value for key, value in sent.headers.items() if key != "x-delivery-count"}
    assert headers == {"x-message-id": old, "x-redriven": 1}
    [entry] = dead.entries()
    assert (entry["event"], entry["by"], entry["why"]) == ("dead_letter_redriven", "Bình", "key added")


async def test_redriving_three_at_two_a_second_pauses_half_a_second_between_them(
    dead: DeadCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await dead.put_dead("receipt", "payment.recorded.v1", "permanent")
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def pause(seconds: float) -> None:
        if seconds > 1:  # the broker's connections, which share the module
            await sleep(seconds)
        else:
            pauses.append(seconds)

    monkeypatch.setattr("ops.commands.dead.asyncio.sleep", pause)
    redriven = await _redrive(Selection(service="receipt"), limit=10, rate=2, by="Bình", why="")

    assert (len(redriven), pauses) == (3, [0.5, 0.5])


async def test_dropping_writes_down_who_when_which_and_why(dead: DeadCommand) -> None:
    letter = await dead.put_dead("receipt", "payment.recorded.v1", "permanent")
    kept = await dead.put_dead("receipt", "payment.recorded.v1", "permanent")

    code, out, err = await dead.run("drop", letter, "--yes", "--by", "Bình", "--why", "test data")

    assert (code, out) == (0, "1 dead letter dropped\n")
    [entry] = dead.entries()
    assert json.loads(err) == entry
    assert {name: entry[name] for name in ("event", "by", "why", "service", "message_id", "message", "reason")} == {
        "event": "dead_letter_dropped",
        "by": "Bình",
        "why": "test data",
        "service": "receipt",
        "message_id": letter,
        "message": "payment.recorded.v1",
        "reason": "permanent",
    }
    assert len(entry["body_sha256"]) == 64
    assert PHONE not in err
    await wait_until(lambda: _left(dead, 1))
    assert [one["id"] for one in await dead.json("list", "--each")] == [kept]


async def _left(dead: DeadCommand, count: int) -> bool:
    return await dead.left("receipt") == count


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--why", "x", "--yes"), "name them by"),
        (("--why", "x", "--service", "receipt"), "nobody is there to ask"),
        (("--why", "x", "--service", "nothing", "--yes"), "no such service"),
        (("--service", "receipt", "--yes"), "--why"),
    ],
    ids=["nothing named", "nobody to ask", "unknown service", "no reason"],
)
async def test_nothing_is_dropped_by_mistake(dead: DeadCommand, arguments: tuple[str, ...], words: str) -> None:
    await dead.put_dead("receipt", "payment.recorded.v1", "permanent")

    code, _, err = await dead.run("drop", *arguments)

    assert code == 2
    assert words in err
    assert await dead.left("receipt") == 1
    assert dead.entries() == []
