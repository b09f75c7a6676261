"""Delivery reports of each kind of provider: at the gateway's address, over the bus, into the reminder."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
import yaml

from services.gateway.app import service as gateway
from services.gateway.settings import GatewaySettings
from services.gateway.stream.wakeups import queue_of
from services.notify.app import service as notify
from services.notify.settings import NotifySettings
from shared.clock import now
from shared.contracts.billing import NoticeIssued
from shared.contracts.notify import GetReminders, ReminderState
from shared.messaging import Bus, Topology
from shared.testing import eventually
from shared.testing.fixtures import BusFactory
from simulation.providers.kinds import KINDS
from simulation.providers.process import RunningStandIn, stand_in
from tests.integration.notify.notices import CODE, notice
from tests.integration.notify.test_http_providers import ENTRIES
from tests.integration.notify.test_zalo import ENTRY as ZALO

SECRET = "key-8D6F"
_ENTRIES = {kind: "providers:" + entry for kind, entry in ENTRIES.items()} | {"zalo": ZALO}


@dataclass
class Reported:
    """A provider whose reports go through the gateway to notify."""

    kind: str
    operator: RunningStandIn
    address: str
    pool: asyncpg.Pool
    billing: Bus

    async def leave(self) -> None:
        """Let a reminder be due."""
        async with self.billing.work() as work:
            await work.emit(notice(issued_at=now()), aggregate=CODE)

    async def becomes(self, state: ReminderState) -> None:
        async def check() -> None:
            answer = await self.billing.request(GetReminders(customer_code=CODE))
            assert [reminder.state for reminder in answer.reminders] == [state]

        await eventually(check, timeout=30)


def configured(folder: Path, kind: str, url: str) -> tuple[Path, str]:
    """Write the configuration of a kind with an address for reports; return the file and the provider's name."""
    content = yaml.load(_ENTRIES[kind].replace("URL", url), yaml.BaseLoader)  # noqa: S506 - a SafeLoader for texts
    [entry] = content["providers"]
    entry["reports"] = {"secret": {"env": "SMS_TEST_KEY"}}
    for template in entry.get("templates", []):
        template.pop("form", None)
    file = folder / "sms.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return file, entry["name"]


@pytest.fixture(params=sorted(KINDS))
async def reported(
    request: pytest.FixtureRequest,
    amqp_url: str,
    namespace: str,
    database: Callable[..., Awaitable[str]],
    bus_for: BusFactory,
    used_queues: set[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Reported]:
    common = {"amqp_url": amqp_url, "namespace": namespace}
    monkeypatch.setenv("SMS_TEST_KEY", SECRET)
    monkeypatch.setenv("ZALO_TEST_SECRET", "secret-A1B2")
    monkeypatch.setenv("ZALO_TEST_REFRESH", "refresh-0")
    async with AsyncExitStack() as stack:
        operator = await stack.enter_async_context(stand_in(request.param))
        file, name = configured(tmp_path, request.param, operator.url)
        notify_database, gateway_database = await database("notify"), await database("gateway")
        hours = {"sms_opens": "00:00", "sms_closes": "23:59:59.999999", "sms_poll_seconds": 0.2}
        of_notify = {**common, **hours, "database_url": notify_database, "sms_configuration": file}
        await stack.enter_async_context(notify(NotifySettings.model_validate(of_notify)))
        of_gateway = {**common, "database_url": gateway_database}
        running = await stack.enter_async_context(gateway(GatewaySettings.model_validate(of_gateway)))
        async with asyncpg.create_pool(gateway_database, min_size=0, max_size=1) as pool:
            rows = await pool.fetch("SELECT instance FROM gateway_instances")
            used_queues |= {f"{namespace}.{queue_of(row['instance'])}" for row in rows}
        pool = await stack.enter_async_context(asyncpg.create_pool(notify_database, min_size=0, max_size=2))
        address = f"http://127.0.0.1:{running.http_port}/v1/sms/reports/{name}/{SECRET}"
        billing = await bus_for(Topology(service="billing", emits=[NoticeIssued]), database_url=await database())
        yield Reported(request.param, operator, address, pool, billing)


async def test_a_report_at_the_address_of_the_provider_settles_its_reminder_whatever_the_kind(
    reported: Reported,
) -> None:
    await reported.operator.report_to(reported.address)
    await reported.leave()
    await reported.becomes(ReminderState.DELIVERED)


async def test_a_report_that_comes_twice_and_before_the_answer_counts_once_whatever_the_kind(
    reported: Reported,
) -> None:
    await reported.operator.report_to(reported.address)
    await reported.operator.fail(["report_first", "report_twice"])
    await reported.leave()
    await reported.becomes(ReminderState.DELIVERED)
    assert await reported.pool.fetchval("SELECT count(*) FROM delivery_reports") == 1


async def test_a_report_at_the_address_of_another_provider_is_of_nobody(reported: Reported) -> None:
    await reported.operator.report_to(reported.address.replace("/v1/sms/reports/", "/v1/sms/reports/x"))
    await reported.leave()
    await reported.becomes(ReminderState.SENT)
    assert await reported.pool.fetchval("SELECT count(*) FROM delivery_reports") == 0
