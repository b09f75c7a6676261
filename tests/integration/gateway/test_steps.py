"""The usual transitions, each one statement, and what happens when a job is not as the statement expects it."""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg
import pytest
from pydantic import SecretStr

from ops.traces import TracedSpan, read_spans
from services.gateway.enrolment import revoke_in_database
from services.gateway.settings import GatewaySettings
from shared.contracts.gateway import PrintJobState
from shared.contracts.receipt import PaperKind
from shared.db import pool
from shared.ids import new_id
from shared.messaging import correlated
from shared.messaging.trace_recorder import start_recording
from shared.testing.conditions import wait_until
from simulation.phone import VirtualPhone
from tests.integration.gateway.conftest import GatewaySystem

OUTSIDE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

REPORTS: list[tuple[str, dict[str, Any]]] = [("accepted", {}), ("printing", {}), ("result", {"state": "printed"})]
"""What a phone reports of a job that is printed."""


class Stream:
    """A stream driven by hand, frame by frame."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    @classmethod
    async def open(cls, system: GatewaySystem, phone: VirtualPhone, **hello: Any) -> "Stream":
        socket = await system.session.ws_connect(phone.base_url.replace("http", "ws", 1) + "/v1/stream")
        stream = cls(socket)
        await socket.send_str(json.dumps({"type": "hello", "token": phone.token, **hello}))
        await stream.receive("welcome")
        return stream

    async def receive(self, kind: str) -> dict[str, Any]:
        """Return the next frame of a kind."""
        async with asyncio.timeout(10):
            while True:
                frame: dict[str, Any] = await self.socket.receive_json()
                if frame["type"] == kind:
                    return frame

    async def send(self, kind: str, job_id: UUID, attempt: int = 1, **more: Any) -> None:
        await self.socket.send_str(json.dumps({"type": kind, "job_id": str(job_id), "attempt": attempt, **more}))

    async def print_until(self, system: GatewaySystem, job_id: UUID, state: PrintJobState) -> None:
        """Take a print job as far as a state."""
        await self.receive("job")
        for kind, after in (("accepted", PrintJobState.ACCEPTED), ("printing", PrintJobState.PRINTING)):
            await self.send(kind, job_id)
            await self.receive("confirmed" if kind == "accepted" else "acknowledged")
            if after is state:
                break
        assert await system.state(job_id) == (state, 1)


async def _history(system: GatewaySystem, job_id: UUID) -> list[str]:
    rows = await system.pool.fetch("SELECT state FROM print_job_history WHERE job_id = $1 ORDER BY entry", job_id)
    return [row["state"] for row in rows]


async def _waits_for_a_lock(system: GatewaySystem) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    return bool(await system.pool.fetchval(waiting))


async def _is(system: GatewaySystem, job_id: UUID, *expected: tuple[str, int]) -> bool:
    return await system.state(job_id) in expected


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that gateways started from now on have sent, but for those of the relay."""
    sent: list[str] = []
    prepare = pool._prepare

    async def prepare_and_listen(connection: "asyncpg.Connection[Any]") -> None:
        await prepare(connection)
        name = connection.get_settings().application_name
        if name.startswith("gateway ") and "relay" not in name:
            connection.add_query_logger(lambda record: sent.append(record.query))

    monkeypatch.setattr(pool, "_prepare", prepare_and_listen)
    return sent


@pytest.fixture(params=["untraced", "traced"])
def spans(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], list[TracedSpan]] | None]:
    """Tracing on for the time of the test, and what was traced of print jobs; None with tracing off."""
    if request.param == "untraced":
        yield None
        return
    path = tmp_path / "traces.jsonl"
    nowhere: dict[str, Any] = {"amqp_url": SecretStr("amqp://x"), "database_url": SecretStr("postgresql://x")}
    stop = start_recording("gateway", GatewaySettings(instance="test", trace_file=path, **nowhere))
    yield lambda: [span for span in read_spans(path) if span.name.startswith("print job ")]
    stop()


async def test_a_print_job_takes_few_statements_from_its_event_to_its_printed_report_traced_or_not(
    system: GatewaySystem, statements: list[str], spans: Callable[[], list[TracedSpan]] | None
) -> None:
    never = {"poll_interval": 3600, "revocation_check_interval": 3600, "presence_lease": 3600}
    async with system.gateway(**never) as url:
        phone = await system.phone(url=url)
        stream = await Stream.open(system, phone)
        for _ in range(3):
            statements.clear()
            with correlated(traceparent=OUTSIDE):
                job_id = await system.print(phone, PaperKind.RECEIPT)
            await stream.print_until(system, job_id, PrintJobState.PRINTING)
            await stream.send("result", job_id, state="printed")
            await stream.receive("acknowledged")
        # Job (offered at once) with its inbox entry; accepted; printing; result with its event. The span of a job's
        # end comes of what is stored, so its event has a statement of its own: result and outbox, and with them BEGIN
        # and COMMIT.
        assert len(statements) == (4 if spans is None else 5), "\n".join(statements)
        assert await _history(system, job_id) == ["offered", "accepted", "printing", "printed"]
        assert await system.ends_emitted(job_id) == [("printed", 1)]
        await stream.socket.close()
    if spans is not None:
        traced = [span for span in spans() if span.facts["thungan.job_id"] == str(job_id)]
        assert [(span.facts["thungan.was"], span.name) for span in traced] == [
            ("queued", "print job offered"),
            ("offered", "print job accepted"),
            ("accepted", "print job printing"),
            ("printing", "print job printed"),
        ]
        # Each lasts as long as the job was in the state before.
        assert [span.start_ns for span in traced[1:]] == [span.end_ns for span in traced[:-1]]


async def test_a_print_job_that_is_printed_at_once_takes_three_statements(
    system: GatewaySystem, statements: list[str]
) -> None:
    never = {"poll_interval": 3600, "revocation_check_interval": 3600, "presence_lease": 3600}
    async with system.gateway(**never) as url:
        phone = await system.phone(url=url)
        stream = await Stream.open(system, phone)
        for _ in range(3):
            statements.clear()
            job_id = await system.print(phone, PaperKind.RECEIPT)
            await stream.receive("job")
            await stream.send("printing", job_id, at_once=True)
            assert (await stream.receive("acknowledged"))["state"] == "printing"
            await stream.send("result", job_id, state="printed")
            assert (await stream.receive("acknowledged"))["state"] == "printed"
        assert len(statements) == 3, "\n".join(statements)
        assert await _history(system, job_id) == ["offered", "printing", "printed"]
        assert await system.ends_emitted(job_id) == [("printed", 1)]
        await stream.socket.close()


async def test_what_was_withdrawn_is_not_printed_at_once(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    stream = await Stream.open(gateway, phone)
    job_id = await gateway.print(phone)
    await stream.receive("job")
    await gateway.pool.execute("UPDATE print_jobs SET state = 'cancelled' WHERE job_id = $1", job_id)
    await stream.send("printing", job_id, at_once=True)
    assert (await stream.receive("acknowledged"))["state"] == "cancelled"
    await stream.socket.close()


async def test_what_is_out_of_date_is_not_printed_at_once(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    stream = await Stream.open(gateway, phone)
    job_id = await gateway.print(phone)
    await stream.receive("job")
    past = datetime.now(UTC) - timedelta(seconds=1)
    await gateway.pool.execute("UPDATE print_jobs SET not_after = $2 WHERE job_id = $1", job_id, past)
    await stream.send("printing", job_id, at_once=True)
    assert (await stream.receive("acknowledged"))["state"] == "expired"
    assert await _history(gateway, job_id) == ["offered", "expired"]
    await stream.socket.close()


async def test_a_phone_without_an_answer_to_printing_at_once_prints_after_its_promise_is_confirmed(
    gateway: GatewaySystem,
) -> None:
    phone = await gateway.phone()
    stream = await Stream.open(gateway, phone)
    job_id = await gateway.print(phone, PaperKind.RECEIPT)
    await stream.receive("job")
    await stream.send("printing", job_id, at_once=True)
    await wait_until(partial(_is, gateway, job_id, ("printing", 1)))
    await stream.socket.close()
    again = await Stream.open(gateway, phone, holding=[str(job_id)])
    await again.receive("confirmed")
    await again.send("result", job_id, state="printed")
    assert (await again.receive("acknowledged"))["state"] == "printed"
    assert await gateway.ends_emitted(job_id) == [("printed", 1)]
    await again.socket.close()


async def test_a_phone_that_loses_its_storage_in_the_gap_leaves_the_print_job_to_a_person(
    gateway: GatewaySystem,
) -> None:
    phone = await gateway.phone()
    stream = await Stream.open(gateway, phone)
    job_id = await gateway.print(phone, PaperKind.RECEIPT)
    await stream.receive("job")
    await stream.send("printing", job_id, at_once=True)
    await stream.receive("acknowledged")
    await stream.socket.close()
    again = await Stream.open(gateway, phone)
    await wait_until(partial(_is, gateway, job_id, ("unconfirmed", 1)))
    await again.socket.close()


async def test_a_promise_for_an_attempt_that_is_over_is_taken_back_and_changes_nothing(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    stream = await Stream.open(gateway, phone)
    job_id = await gateway.print(phone)
    await stream.receive("job")
    await gateway.pool.execute("UPDATE print_jobs SET attempt = 2 WHERE job_id = $1", job_id)
    await stream.send("accepted", job_id, 1)
    assert (await stream.receive("withdrawn"))["state"] == "offered"
    await stream.send("printing", job_id, 1)
    assert (await stream.receive("acknowledged"))["state"] == "offered"
    assert await gateway.state(job_id) == ("offered", 2)
    assert await _history(gateway, job_id) == ["offered"]
    await stream.socket.close()


async def test_a_promise_for_a_document_that_is_out_of_date_by_now_is_withdrawn(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    stream = await Stream.open(gateway, phone)
    job_id = await gateway.print(phone)
    await stream.receive("job")
    past = datetime.now(UTC) - timedelta(seconds=1)
    await gateway.pool.execute("UPDATE print_jobs SET not_after = $2 WHERE job_id = $1", job_id, past)
    await stream.send("accepted", job_id)
    assert (await stream.receive("withdrawn"))["state"] == "expired"
    assert await _history(gateway, job_id) == ["offered", "expired"]
    await stream.socket.close()


async def test_a_promise_waits_for_whoever_changes_the_job_and_sees_what_came_of_it(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    stream = await Stream.open(gateway, phone)
    job_id = await gateway.print(phone)
    await stream.receive("job")
    async with gateway.pool.acquire() as connection, connection.transaction():
        await connection.execute("UPDATE print_jobs SET state = 'cancelled' WHERE job_id = $1", job_id)
        await stream.send("accepted", job_id)
        await wait_until(partial(_waits_for_a_lock, gateway))
    assert (await stream.receive("withdrawn"))["state"] == "cancelled"
    await stream.socket.close()


async def test_a_result_that_meets_the_end_of_all_patience_still_wins(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    stream = await Stream.open(gateway, phone)
    job_id = await gateway.print(phone)
    await stream.print_until(gateway, job_id, PrintJobState.PRINTING)
    async with gateway.pool.acquire() as connection, connection.transaction():
        await connection.execute("UPDATE print_jobs SET state = 'unconfirmed' WHERE job_id = $1", job_id)
        await stream.send("result", job_id, state="printed")
        await wait_until(partial(_waits_for_a_lock, gateway))
    assert (await stream.receive("acknowledged"))["state"] == "printed"
    assert await gateway.state(job_id) == ("printed", 1)
    await stream.socket.close()


async def test_what_is_reported_twice_is_answered_twice_and_done_once(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    stream = await Stream.open(gateway, phone)
    job_id = await gateway.print(phone, PaperKind.RECEIPT)
    await stream.receive("job")
    answers = [
        {"type": "confirmed"},
        {"type": "acknowledged", "state": "printing"},
        {"type": "acknowledged", "state": "printed"},
    ]
    for (kind, more), answer in zip(REPORTS, answers, strict=True):
        for _ in range(2):
            await stream.send(kind, job_id, **more)
            assert await stream.receive(answer["type"]) == {**answer, "job_id": str(job_id), "attempt": 1}
    assert await _history(gateway, job_id) == ["offered", "accepted", "printing", "printed"]
    assert await gateway.ends_emitted(job_id) == [("printed", 1)]
    await stream.socket.close()


@pytest.mark.parametrize("other", ["printed", "unconfirmed"])
async def test_two_results_at_the_same_time_come_to_one_end(gateway: GatewaySystem, other: str) -> None:
    phone = await gateway.phone()
    stream = await Stream.open(gateway, phone)
    job_id = await gateway.print(phone, PaperKind.RECEIPT)
    await stream.print_until(gateway, job_id, PrintJobState.PRINTING)
    await asyncio.gather(phone.report(job_id, 1, other), stream.send("result", job_id, state="printed"))
    assert (await stream.receive("acknowledged"))["state"] == "printed"
    assert await gateway.state(job_id) == ("printed", 1)
    ends = [state for state, _ in await gateway.ends_emitted(job_id)]
    assert ends in (["printed"], ["unconfirmed", "printed"])
    assert (await _history(gateway, job_id))[3:] == ends
    await stream.socket.close()


async def test_a_phone_cannot_change_the_print_job_of_another(gateway: GatewaySystem) -> None:
    phone, other = await gateway.phone(), await gateway.phone()
    stream, others_stream = await Stream.open(gateway, phone), await Stream.open(gateway, other)
    job_id = await gateway.print(other)
    await others_stream.receive("job")
    for kind, more in (*REPORTS, ("printing", {"at_once": True})):
        await stream.send(kind, job_id, **more)
        assert (await stream.receive("problem"))["slug"] == "not-found"
    assert await gateway.state(job_id) == ("offered", 1)
    for one in (stream, others_stream):
        await one.socket.close()


async def test_a_print_job_of_a_revoked_device_waits_and_is_never_offered(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    await phone.open_stream()
    await revoke_in_database(gateway.database_url, phone.device_id, reason="lost")
    assert await phone.wait_until_thrown_out() == 4003
    job_id = await gateway.print(phone)
    await wait_until(partial(gateway.state, job_id))
    assert await gateway.state(job_id) == ("queued", 1)
    assert phone.printouts == []


async def test_print_jobs_that_come_at_once_fill_the_window_and_no_more(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    stream = await Stream.open(gateway, phone)
    jobs = [await gateway.print(phone) for _ in range(6)]
    for job_id in jobs:
        await wait_until(partial(gateway.state, job_id))
    first = await stream.receive("job"), await stream.receive("job")
    states = [await gateway.state(job_id) for job_id in jobs]
    assert (states.count(("offered", 1)), states.count(("queued", 1))) == (2, 4)
    for frame in first:
        for kind, more in REPORTS:
            await stream.send(kind, UUID(frame["job_id"]), **more)
    await stream.receive("job")
    await stream.receive("job")
    await stream.socket.close()


async def test_a_print_job_whose_first_transaction_was_undone_is_offered_once(gateway: GatewaySystem) -> None:
    await gateway.pool.execute("""
        CREATE SEQUENCE tries;
        CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF nextval('tries') = 1 THEN RAISE EXCEPTION 'for the test' USING ERRCODE = '40001'; END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER fail_once BEFORE INSERT ON print_job_history FOR EACH ROW EXECUTE FUNCTION fail_once();
    """)
    phone = await gateway.phone()
    await phone.open_stream()
    job_id = await gateway.print(phone, PaperKind.RECEIPT)
    await wait_until(partial(_is, gateway, job_id, ("printed", 1)))
    assert [paper.job_id for paper in phone.printouts] == [job_id]
    assert await _history(gateway, job_id) == ["offered", "printing", "printed"]


@pytest.mark.parametrize("state", ["queued", "offered"])
async def test_a_lost_wake_up_costs_time_and_no_print_job(system: GatewaySystem, state: str) -> None:
    async with system.gateway() as url:
        phone = await system.phone(url=url)
        await phone.open_stream()
        job_id = new_id()
        # As if another copy had queued it and died before it could send the wake-up.
        await system.pool.execute(
            """WITH counted AS (UPDATE devices SET last_job_sequence = last_job_sequence + 1 WHERE device_id = $2)
               INSERT INTO print_jobs (job_id, device_id, sequence, kind, document, summary, language, copy_number,
                                       state, attempt, retries, created_at, changed_at)
               VALUES ($1, $2, 1, 'notice', $3, 'Thông báo', 'vi', 0, $4, 1, 0, now(), now())""",
            job_id,
            phone.device_id,
            '{"kind":"notice","title":"x","blocks":[{"type":"rule"}]}',
            state,
        )
        assert (await phone.wait_for_printout("notice")).job_id == job_id
