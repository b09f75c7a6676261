"""The address that providers call with delivery reports: gateway, bus, notify, and a stand-in for the provider."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest
from structlog.testing import capture_logs

from services.gateway.app import service as gateway
from services.gateway.settings import GatewaySettings
from services.gateway.stream.wakeups import queue_of
from services.notify.app import service as notify
from services.notify.settings import NotifySettings
from shared.clock import now
from shared.contracts.billing import NoticeIssued, PaymentRecorded, PaymentReversed
from shared.contracts.notify import GetReminders, ReminderState
from shared.messaging import Bus, Topology
from shared.testing import eventually
from shared.testing.fixtures import BusFactory
from simulation.demo.sms_provider import report_address, sms_settings
from simulation.providers.process import RunningStandIn, stand_in
from tests.integration.notify.notices import CODE, notice

BILLING = Topology(service="billing", emits=[NoticeIssued, PaymentRecorded, PaymentReversed])
ELSEWHERE = {"X-Forwarded-For": "198.51.100.7"}


@dataclass
class Answered:
    """An answer of the gateway."""

    status: int
    body: dict[str, Any]
    retry_after: str | None


@dataclass
class Reporting:
    """A provider, the gateway whose address it calls, and notify behind it."""

    operator: RunningStandIn
    address: str
    pool: asyncpg.Pool
    billing: Bus
    session: aiohttp.ClientSession
    notify: AsyncExitStack
    """Closed, notify is away."""

    async def becomes(self, state: ReminderState) -> None:
        async def check() -> None:
            answer = await self.billing.request(GetReminders(customer_code=CODE))
            assert [reminder.state for reminder in answer.reminders] == [state]

        await eventually(check)

    async def leave(self) -> None:
        """Let a reminder be due."""
        async with self.billing.work() as work:
            await work.emit(notice(issued_at=now()), aggregate=CODE)

    async def call(
        self, body: bytes, *, address: str = "", headers: dict[str, str] | None = None, method: str = "POST"
    ) -> Answered:
        url = address or self.address
        async with self.session.request(method, url, data=body, headers=headers) as answer:
            return Answered(answer.status, await answer.json(content_type=None), answer.headers.get("Retry-After"))

    async def kept(self) -> int:
        found: int = await self.pool.fetchval("SELECT count(*) FROM delivery_reports")
        return found


def report(reference: str, state: str = "DA_NHAN") -> bytes:
    return json.dumps({"tin": [{"id": reference, "trang_thai": state}]}).encode()


@pytest.fixture
async def reporting(
    amqp_url: str,
    namespace: str,
    database: Callable[..., Awaitable[str]],
    bus_for: BusFactory,
    used_queues: set[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Reporting]:
    common = {"amqp_url": amqp_url, "namespace": namespace}
    async with AsyncExitStack() as stack:
        operator = await stack.enter_async_context(stand_in("generic"))
        for name, value in sms_settings(tmp_path, operator.url).items():
            monkeypatch.setenv(name, value)
        file = tmp_path / "sms.yaml"
        text = file.read_text(encoding="utf-8")
        reports = "reports: {secret: {env: DEMO_SMS_REPORT_SECRET}"
        assert reports in text
        file.write_text(text.replace(reports, reports + ', networks: ["127.0.0.0/8"]'), encoding="utf-8")
        notify_database, gateway_database = await database("notify"), await database("gateway")
        away = await stack.enter_async_context(AsyncExitStack())
        hours = {"sms_opens": "00:00", "sms_closes": "23:59:59.999999", "sms_poll_seconds": 0.2}
        of_notify = {**common, **hours, "database_url": notify_database, "sms_configuration": file}
        await away.enter_async_context(notify(NotifySettings.model_validate(of_notify)))
        of_gateway = {**common, "database_url": gateway_database, "proxy_hops": 1, "request_timeout": 3}
        running = await stack.enter_async_context(
            gateway(
                GatewaySettings.model_validate(
                    {**of_gateway, "report_requests_per_second": 0.01, "report_request_burst": 40}
                )
            )
        )
        async with asyncpg.create_pool(gateway_database, min_size=0, max_size=1) as pool:
            rows = await pool.fetch("SELECT instance FROM gateway_instances")
            used_queues |= {f"{namespace}.{queue_of(row['instance'])}" for row in rows}
        pool = await stack.enter_async_context(asyncpg.create_pool(notify_database, min_size=0, max_size=2))
        address = report_address(f"http://127.0.0.1:{running.http_port}")
        await operator.report_to(address)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        billing = await bus_for(BILLING, database_url=await database())
        yield Reporting(operator, address, pool, billing, session, away)


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ((), ReminderState.DELIVERED),
        (("report_first",), ReminderState.DELIVERED),
        (("report_twice",), ReminderState.DELIVERED),
        (("report_other_case",), ReminderState.DELIVERED),
        (("answer_lost",), ReminderState.DELIVERED),
        (("report_failed",), ReminderState.FAILED),
    ],
    ids=lambda value: "_".join(value) or "no_fault" if isinstance(value, tuple) else value.value,
)
async def test_a_reminder_becomes_what_the_provider_reports(
    reporting: Reporting, fault: tuple[str, ...], state: ReminderState
) -> None:
    await reporting.operator.fail(fault)
    await reporting.leave()

    await reporting.becomes(state)
    assert len(await reporting.operator.accepted()) == 1
    assert await reporting.kept() == 1


async def test_a_report_of_an_sms_that_nobody_knows_is_kept_and_matched_later_and_its_replays_are_harmless(
    reporting: Reporting,
) -> None:
    answers = [await reporting.call(report("70000001")) for _ in range(3)]
    assert [(answer.status, answer.body) for answer in answers] == [(200, {"received": 1})] * 3
    await reporting.operator.fail("report_never")
    await reporting.leave()

    await reporting.becomes(ReminderState.DELIVERED)
    assert (await reporting.call(report("70000001", "THAT_BAI"))).status == 200
    assert (await reporting.call(report("70000001"))).status == 200
    await reporting.becomes(ReminderState.DELIVERED)
    assert await reporting.kept() == 2


async def test_whoever_does_not_know_the_address_learns_nothing(reporting: Reporting) -> None:
    secret = reporting.address.rpartition("/")[2]
    answers = [
        await reporting.call(report("1"), address=reporting.address + "x"),
        await reporting.call(report("1"), address=reporting.address.replace("nha_mang", "nobody")),
        await reporting.call(report("1"), address=reporting.address.replace("nha_mang", "Nhà mạng")),
        await reporting.call(report("1"), headers=ELSEWHERE),
        await reporting.call(b"garbage", address=reporting.address.replace(secret, "%FF%00")),
    ]

    assert [answer.status for answer in answers] == [404] * len(answers)
    assert all(answer.body == answers[0].body for answer in answers)
    assert await reporting.kept() == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\x00garbage",
        b"[" * 60_000,
        b'{"tin": [{"id": "7", "trang_thai": {}}]}',
        b'{"tin": [{"id": "7\\u0000", "trang_thai": "DA_NHAN"}]}',
        b'{"tin": [{"id": "\\ud800", "trang_thai": "DA_NHAN"}]}',
        b'{"tin": [{"id": "8", "trang_thai": "DA_NHAN"}, {"trang_thai": "DA_NHAN"}]}',
        report("9" * 1000),
    ],
    ids=["empty", "bytes", "deep", "no_state", "nul", "surrogate", "one_without_id", "long"],
)
async def test_what_is_no_report_is_refused_whole(reporting: Reporting, body: bytes) -> None:
    answer = await reporting.call(body)

    assert (answer.status, answer.body["type"]) == (400, "urn:thungan:problem:invalid-report")
    assert await reporting.kept() == 0


async def test_a_body_that_is_too_large_is_refused(reporting: Reporting) -> None:
    assert (await reporting.call(b" " * (64 * 1024 + 1))).status == 413
    assert (await reporting.call(report("7") + b" " * 60_000)).status == 200


async def test_while_notify_is_away_the_provider_is_asked_to_come_again(reporting: Reporting) -> None:
    await reporting.notify.aclose()
    answer = await reporting.call(report("7"))

    assert answer.status == 503
    assert int(answer.retry_after or 0) > 0


async def test_an_address_that_calls_too_often_waits_and_others_do_not(reporting: Reporting) -> None:
    wrong = reporting.address.replace("nha_mang", "N")
    statuses = [(await reporting.call(b"", address=wrong, headers=ELSEWHERE)).status for _ in range(41)]

    assert statuses == [404] * 40 + [429]
    assert (await reporting.call(b"", address=wrong)).status == 404


async def test_neither_the_secret_nor_what_came_is_logged(reporting: Reporting) -> None:
    with capture_logs() as logs:
        await reporting.call(report("70000001", "so 0912345678"))
        await reporting.call(b'{"tin": [{"id": "+84912345678\\u0000"}]}')
        await reporting.call(report("7", "so 0912345678"), headers=ELSEWHERE)

    assert {log["event"] for log in logs} >= {"request", "delivery_report_not_read", "delivery_report_from_elsewhere"}
    assert "912345678" not in str(logs)
    assert reporting.address.rpartition("/")[2] not in str(logs)
