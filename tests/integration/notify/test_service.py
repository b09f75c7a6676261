"""Notify as a whole, on a real broker and a real database: events come over the bus, SMS leave."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from services.notify.app import service
from services.notify.providers.sandbox import read_sandbox
from services.notify.settings import NotifySettings
from shared.clock import VIETNAM, now
from shared.contracts.billing import NoticeIssued, PaymentRecorded, PaymentReversed
from shared.contracts.message import Event
from shared.contracts.notify import GetReminders, ReminderState, SmsFailed, SmsSent
from shared.ids import new_id
from shared.messaging import Bus, EventHandler, Topology, UnitOfWork
from shared.runtime import Running
from shared.testing import eventually, wait_until
from shared.testing.fixtures import BusFactory
from simulation.bench.subjects import subject
from simulation.demo.sms_provider import sms_settings
from simulation.providers.process import stand_in
from tests.integration.notify.notices import CODE, notice, paid

BILLING = Topology(service="billing", emits=[NoticeIssued, PaymentRecorded, PaymentReversed])


@pytest.fixture
async def settings(
    database: Callable[..., Awaitable[str]], amqp_url: str, namespace: str, tmp_path: Path
) -> NotifySettings:
    """Settings of copies that send at any hour, into a folder of the test's own."""
    return NotifySettings.model_validate(
        {
            "amqp_url": amqp_url,
            "database_url": await database("notify"),
            "namespace": namespace,
            "sms_folder": tmp_path,
            "sms_opens": "00:00",
            "sms_closes": "23:59:59.999999",
        }
    )


@pytest.fixture
async def running(settings: NotifySettings) -> AsyncIterator[Running]:
    async with service(settings) as one:
        yield one


@pytest.fixture
async def billing(bus_for: BusFactory, database: Callable[..., Awaitable[str]], running: Running) -> Bus:
    """Billing's bus; made after notify, so that notify's queue is there."""
    return await bus_for(BILLING, database_url=await database())


def closed_now() -> tuple[time, time]:
    """Sending hours of one hour that is half a day away."""
    opens = (now().astimezone(VIETNAM) + timedelta(hours=12)).time()
    return time(opens.hour), time(opens.hour, 59)


async def emit(bus: Bus, *events: Event) -> None:
    async with bus.work() as work:
        for event in events:
            await work.emit(event, aggregate=CODE)


async def becomes(bus: Bus, state: ReminderState) -> None:
    """Wait until the customer's only reminder is in a state."""

    async def check() -> None:
        answer = await bus.request(GetReminders(customer_code=CODE))
        assert [reminder.state for reminder in answer.reminders] == [state]

    await eventually(check)


async def test_a_notice_becomes_an_sms_within_a_moment(billing: Bus, tmp_path: Path) -> None:
    await emit(billing, notice(issued_at=now()))
    [sms] = await wait_until(lambda: read_sandbox(tmp_path))
    assert sms.phone == "+84953000001"
    assert "871.020d" in sms.text
    assert sms.template == "away/1"


async def test_the_history_can_be_asked_for(billing: Bus) -> None:
    event = notice(issued_at=now())
    await emit(billing, event)

    await becomes(billing, ReminderState.SENT)
    [reminder] = (await billing.request(GetReminders(customer_code=CODE))).reminders
    assert reminder.visit_id == event.visit_id
    assert reminder.segments == 1
    assert reminder.provider == "sandbox"
    assert (await billing.request(GetReminders(customer_code="PB14010099999"))).reminders == []


async def test_the_same_event_emitted_many_times_sends_one_sms(billing: Bus, tmp_path: Path) -> None:
    visit = new_id()
    await emit(billing, *(notice(visit_id=visit, issued_at=now()) for _ in range(5)))
    await emit(billing, notice(issued_at=now(), version=9))
    await wait_until(lambda: len(read_sandbox(tmp_path)) == 2)
    answer = await billing.request(GetReminders(customer_code=CODE))
    assert len(answer.reminders) == 2


async def test_others_receive_that_an_sms_was_sent_or_will_not_be(
    bus_for: BusFactory, billing: Bus, database: Callable[..., Awaitable[str]]
) -> None:
    received: list[SmsSent | SmsFailed] = []

    async def receive(event: SmsSent | SmsFailed, work: UnitOfWork) -> None:
        received.append(event)

    listener = Topology(service="gateway", handlers=[EventHandler(SmsSent, receive), EventHandler(SmsFailed, receive)])
    await bus_for(listener, database_url=await database())
    await emit(billing, notice(issued_at=now()), notice(issued_at=now(), phone=None, version=2))
    await wait_until(lambda: len(received) == 2)
    assert {type(event) for event in received} == {SmsSent, SmsFailed}


async def test_a_payment_cancels_a_reminder_of_the_night(
    settings: NotifySettings, bus_for: BusFactory, database: Callable[..., Awaitable[str]], tmp_path: Path
) -> None:
    opens, closes = closed_now()
    async with service(settings.model_copy(update={"sms_opens": opens, "sms_closes": closes})):
        billing = await bus_for(BILLING, database_url=await database())

        await emit(billing, notice(issued_at=now()))
        await becomes(billing, ReminderState.SCHEDULED)
        await emit(billing, paid())
        await becomes(billing, ReminderState.CANCELLED)
        assert read_sandbox(tmp_path) == []


async def test_two_copies_share_the_work_and_send_nothing_twice(
    settings: NotifySettings, billing: Bus, tmp_path: Path
) -> None:
    async with service(settings.model_copy(update={"instance": "second"})):
        codes = [f"PB1401{number:07d}" for number in range(60)]
        await emit(
            billing, *(notice(code=code, phone=f"+8495300{n:04d}", issued_at=now()) for n, code in enumerate(codes))
        )
        await wait_until(lambda: len(read_sandbox(tmp_path)) == 60, timeout=30)
    references = [sms.client_reference for sms in read_sandbox(tmp_path)]
    assert len(set(references)) == 60


async def test_it_says_when_it_is_ready(running: Running) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{running.http_port}/readyz") as answer:
            checks = (await answer.json())["checks"]
            assert (answer.status, checks["schedule"]) == (200, "ok")
        async with session.get(f"http://127.0.0.1:{running.http_port}/metrics") as answer:
            assert "thungan_sms_attempts" in await answer.text()


async def test_a_reminder_leaves_once_by_http_through_the_provider_of_the_configuration(
    settings: NotifySettings,
    bus_for: BusFactory,
    database: Callable[..., Awaitable[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with stand_in("generic") as operator:
        for name, value in sms_settings(tmp_path, operator.url).items():
            monkeypatch.setenv(name, value)
        configured = settings.model_copy(update={"sms_configuration": tmp_path / "sms.yaml"})
        async with service(configured), service(configured.model_copy(update={"instance": "second"})):
            billing = await bus_for(BILLING, database_url=await database())
            await emit(billing, notice(issued_at=now()))
            await becomes(billing, ReminderState.SENT)
            [reminder] = (await billing.request(GetReminders(customer_code=CODE))).reminders
            [sent] = await operator.accepted()

    assert (reminder.provider, reminder.provider_reference) == ("nha_mang", sent["reference"])
    assert sent["client_reference"] == reminder.reminder_id.hex
    assert sent["text"] == reminder.text


async def test_a_reminder_whose_answer_is_lost_leaves_once_and_by_no_other_provider(
    settings: NotifySettings,
    bus_for: BusFactory,
    database: Callable[..., Awaitable[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with stand_in("generic", "--fault", "answer_lost") as operator:
        for name, value in sms_settings(tmp_path, operator.url).items():
            monkeypatch.setenv(name, value)
        file = tmp_path / "sms.yaml"
        file.write_text(file.read_text(encoding="utf-8") + "  - {kind: sandbox, name: other}\n", encoding="utf-8")
        async with service(settings.model_copy(update={"sms_configuration": file})):
            billing = await bus_for(BILLING, database_url=await database())
            await emit(billing, notice(issued_at=now()))
            await becomes(billing, ReminderState.UNKNOWN)

        assert len(await operator.accepted()) == 1
    assert read_sandbox(tmp_path) == []


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param((), id="answered"),
        pytest.param(("--fault", "report_first=1"), id="report before the answer"),
        pytest.param(("--fault", "late_answer=1", "--fault", "late_seconds=1"), id="answered late"),
    ],
)
async def test_a_reminder_leaves_once_over_smpp_and_is_delivered(
    settings: NotifySettings,
    bus_for: BusFactory,
    database: Callable[..., Awaitable[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    faults: tuple[str, ...],
) -> None:
    monkeypatch.setenv("SMPP_TEST_PASSWORD", "secret")
    async with subject("simulation.providers.smsc", "--password", "secret", *faults, settings={}) as smsc:
        file = tmp_path / "sms.yaml"
        file.write_text(
            f"""
providers:
  - kind: smpp
    name: smsc
    host: 127.0.0.1
    port: {(await smsc.ask(command="port"))["port"]}
    system_id: thungan
    password: {{env: SMPP_TEST_PASSWORD}}
    source: DIENLUC
    timeout_seconds: {0.5 if "late_answer=1" in faults else 10}
  - {{kind: sandbox, name: other}}
chains:
  - steps: [smsc]
""",
            encoding="utf-8",
        )
        async with service(settings.model_copy(update={"sms_configuration": file})):
            billing = await bus_for(BILLING, database_url=await database())
            await emit(billing, notice(issued_at=now()))
            await becomes(billing, ReminderState.DELIVERED)
            [reminder] = (await billing.request(GetReminders(customer_code=CODE))).reminders

        accepted: list[dict[str, Any]] = await smsc.ask(command="sms", skip=0)  # type: ignore[assignment]
    [sms] = accepted
    assert (sms["text"], sms["copies"], reminder.provider) == (reminder.text, 1, "smsc")
    assert read_sandbox(tmp_path) == []
