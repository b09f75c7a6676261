"""SMPP on real sockets, against an SMSC in a process of its own that fails on command."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from services.notify.domain.delivery_reports import DeliveryReport, DeliveryState
from services.notify.domain.outcome import Handover
from services.notify.providers.base import Connected, HandoverResult, OutgoingSms, Provider
from services.notify.providers.smpp import SmppProvider, SmppSettings
from shared.testing.conditions import wait_until
from simulation.bench.subjects import Subject, subject

SMSC = "simulation.providers.smsc"
LONG = "Tiền điện tháng 11 của quý khách là 1.234.567 đồng, hạn ngày 28/11. " * 3


def sms(reference: str = "r1", text: str = "Tien dien thang 11", phone: str = "+84912345678") -> OutgoingSms:
    return OutgoingSms(reference, phone, text, 1, "away", 1)


class Reports:
    """Keeps delivery reports, and refuses as many as it is told to."""

    def __init__(self) -> None:
        self.kept: list[DeliveryReport] = []
        self.refusals = 0
        self._changed = asyncio.Event()

    async def record(self, report: DeliveryReport) -> None:
        if self.refusals:
            self.refusals -= 1
            raise OSError("the database is away")
        self.kept.append(report)
        self._changed.set()

    async def wait_for(self, count: int) -> list[DeliveryReport]:
        while len(self.kept) < count:
            self._changed.clear()
            await self._changed.wait()
        return self.kept


class Line:
    """A provider bound to an SMSC that was started for it."""

    def __init__(self, provider: SmppProvider, smsc: Subject, reports: Reports, running: asyncio.Task[None]) -> None:
        self.provider = provider
        self.smsc = smsc
        self.reports = reports
        self.running = running

    async def send(self, message: OutgoingSms | None = None) -> HandoverResult:
        return await self.provider.send(message or sms())

    async def faults(self, **faults: Any) -> None:
        await self.smsc.ask(command="faults", **faults)

    async def accepted(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while page := await self.smsc.ask(command="sms", skip=len(found)):
            found += page  # type: ignore[arg-type]
        return found

    async def state(self) -> dict[str, Any]:
        return await self.smsc.ask(command="state")

    async def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        async def state() -> dict[str, Any]:
            found = await self.state()
            return found if holds(found) else {}

        return await wait_until(state)

    async def bound(self) -> None:
        await wait_until(lambda: self.provider.fault() is None)


Open = Callable[..., Awaitable[Line]]


@asynccontextmanager
async def _line(arguments: tuple[str, ...], settings: Mapping[str, Any]) -> AsyncIterator[Line]:
    async with subject(SMSC, *arguments, settings={}) as smsc:
        # The line that said it was ready was read by subject(); the port is asked for.
        port = (await smsc.ask(command="port"))["port"]
        provider = SmppProvider(
            SmppSettings.model_validate(
                {
                    "kind": "smpp",
                    "name": "smsc",
                    "host": "127.0.0.1",
                    "port": port,
                    "system_id": "thungan",
                    "password": {"env": "SMPP_TEST_PASSWORD"},
                    "source": "DIENLUC",
                    "reconnect_seconds": 0.02,
                    "reconnect_longest_seconds": 0.1,
                    **settings,
                }
            )
        )
        reports = Reports()
        running = asyncio.create_task(provider.run(reports.record))
        try:
            yield Line(provider, smsc, reports, running)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await provider.close()


@pytest.fixture
async def line(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Open]:
    """Return a function that starts an SMSC with faults and connects to it."""
    monkeypatch.setenv("SMPP_TEST_PASSWORD", "secret")
    async with AsyncExitStack() as stack:

        async def opened(*arguments: str, **settings: Any) -> Line:
            found = await stack.enter_async_context(_line(("--password", "secret", *arguments), settings))
            await asyncio.sleep(0)
            return found

        yield opened


async def test_an_sms_arrives_with_brandname_number_and_text_and_its_receipt_is_recorded(line: Open) -> None:
    smsc = await line()

    result = await smsc.send()

    [kept] = await smsc.accepted()
    assert isinstance(smsc.provider, Connected)
    assert result.outcome is Handover.ACCEPTED
    assert result.provider_reference == kept["message_ids"][0]
    assert (kept["source"], kept["destination"]) == ([5, 0, "DIENLUC"], [1, 1, "84912345678"])
    assert (kept["text"], kept["data_coding"]) == ("Tien dien thang 11", 0)
    assert (kept["registered_delivery"], kept["validity_period"]) == (1, "000001000000000R")
    [report] = await smsc.reports.wait_for(1)
    assert (report.provider_reference, report.state) == (result.provider_reference, DeliveryState.DELIVERED)
    assert (await smsc.until(lambda state: state["deliver_sm_resp"] == 1))["report_answers"] == {"0": 1}


async def test_a_long_vietnamese_text_is_put_together_by_its_header(line: Open) -> None:
    smsc = await line()

    result = await smsc.send(sms(text=LONG))

    [kept] = await smsc.accepted()
    assert kept["text"] == LONG
    assert kept["parts"] == kept["of"] == len(result.part_references) == 4
    assert list(result.part_references) == kept["message_ids"]
    assert result.provider_reference == result.part_references[0]


@pytest.mark.parametrize("fault", ["throttle=0.3", "queue_full=0.3"])
async def test_parts_refused_for_speed_are_tried_again_under_the_same_reference(line: Open, fault: str) -> None:
    smsc = await line("--fault", fault)

    results = await asyncio.gather(
        *(smsc.send(sms(f"r{number}", LONG, f"+8491234{number:04d}")) for number in range(5))
    )

    kept = await smsc.accepted()
    assert {result.outcome for result in results} == {Handover.ACCEPTED}
    assert [(one["text"], one["copies"]) for one in kept] == [(LONG, 1)] * 5
    assert (await smsc.state())["refused"] > 0


async def test_what_is_refused_for_speed_all_the_time_was_not_kept(line: Open) -> None:
    smsc = await line("--fault", "throttle", timeout_seconds=0.5)

    assert (await smsc.send()).outcome is Handover.THROTTLED
    assert await smsc.accepted() == []


@pytest.mark.parametrize("fault", ["refuse", "throttle"])
async def test_a_later_part_refused_for_good_leaves_the_sms_unknown(line: Open, fault: str) -> None:
    smsc = await line("--fault", fault, "--fault", "refuse_part=2", timeout_seconds=1)

    result = await smsc.send(sms(text=LONG))

    assert result.outcome is Handover.UNKNOWN
    assert "1 of 4 parts accepted" in result.detail
    [kept] = await smsc.accepted()
    assert result.provider_reference is None
    assert result.part_references == (kept["message_ids"][0], "", "", "")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("0x0B", Handover.REJECTED_NUMBER),
        ("0x0A", Handover.REJECTED_PROVIDER),
        ("0x08", Handover.UNKNOWN),
        ("0x421", Handover.REJECTED_TEMPLATE),
    ],
)
async def test_refusals_mean_what_the_table_and_the_settings_say(line: Open, status: str, outcome: Handover) -> None:
    faults = ("--fault", "refuse", "--fault", f"refuse_status={status}")
    smsc = await line(*faults, statuses={0x421: "rejected_template"})

    result = await smsc.send()

    assert result.outcome is outcome
    assert status.lower() in result.detail.lower()


async def test_a_lost_answer_leaves_the_sms_unknown_and_the_line_open(line: Open) -> None:
    smsc = await line("--fault", "lost_answer", timeout_seconds=0.3)

    assert (await smsc.send()).outcome is Handover.UNKNOWN
    await smsc.faults()
    assert (await smsc.send(sms("r2"))).outcome is Handover.ACCEPTED
    assert (await smsc.state())["bind"] == 1


async def test_a_late_answer_tells_the_id_of_an_unknown_sms(line: Open) -> None:
    smsc = await line(
        "--fault", "late_answer", "--fault", "late_seconds=0.5", "--fault", "report=0", timeout_seconds=0.2
    )

    result = await smsc.send(sms("r7"))

    [report] = await smsc.reports.wait_for(1)
    [kept] = await smsc.accepted()
    assert result.outcome is Handover.UNKNOWN
    assert (report.client_reference, report.state) == ("r7", DeliveryState.UNDERWAY)
    assert report.provider_reference == kept["message_ids"][0]


async def test_a_late_answer_of_the_last_part_names_the_ids_of_all_parts(line: Open) -> None:
    smsc = await line(
        *("--fault", "late_answer", "--fault", "late_part=4", "--fault", "late_seconds=1.5", "--fault", "report=0"),
        timeout_seconds=1,
    )

    result = await smsc.send(sms("r8", LONG))

    [report] = await smsc.reports.wait_for(1)
    [kept] = await smsc.accepted()
    assert result.outcome is Handover.UNKNOWN
    assert result.part_references == (*kept["message_ids"][:3], "")
    assert (report.client_reference, report.state) == ("r8", DeliveryState.UNDERWAY)
    assert list(report.part_references) == kept["message_ids"]
    assert report.provider_reference == kept["message_ids"][0]


async def test_parts_behind_a_late_answer_leave_then_and_make_the_sms_whole(line: Open) -> None:
    smsc = await line(
        *("--fault", "late_answer", "--fault", "late_part=2", "--fault", "late_seconds=1.5", "--fault", "report=0"),
        timeout_seconds=1,
    )

    result = await smsc.send(sms("r9", LONG))

    [report] = await smsc.reports.wait_for(1)
    [kept] = await smsc.accepted()
    assert result.outcome is Handover.UNKNOWN
    assert (kept["text"], kept["parts"], kept["copies"]) == (LONG, 4, 1)
    assert (report.state, list(report.part_references)) == (DeliveryState.UNDERWAY, kept["message_ids"])


async def test_parts_refused_for_speed_for_too_long_leave_later_under_the_same_reference(line: Open) -> None:
    smsc = await line(*("--fault", "throttle", "--fault", "refuse_part=2", "--fault", "report=0"), timeout_seconds=0.5)

    result = await smsc.send(sms("r10", LONG))
    assert result.outcome is Handover.UNKNOWN
    assert (await smsc.accepted())[0]["parts"] == 1
    await smsc.faults(report=0)

    [report] = await smsc.reports.wait_for(1)
    [kept] = await smsc.accepted()
    assert (kept["text"], kept["copies"]) == (LONG, 1)
    assert (report.state, list(report.part_references)) == (DeliveryState.UNDERWAY, kept["message_ids"])


async def test_a_part_refused_after_all_makes_the_sms_fail(line: Open) -> None:
    smsc = await line(*("--fault", "throttle", "--fault", "refuse_part=2", "--fault", "report=0"), timeout_seconds=0.5)

    assert (await smsc.send(sms("r11", LONG))).outcome is Handover.UNKNOWN
    await smsc.faults(refuse=1, report=0)

    [report] = await smsc.reports.wait_for(1)
    assert (report.client_reference, report.state) == ("r11", DeliveryState.FAILED)
    assert (await smsc.accepted())[0]["parts"] == 1


@pytest.mark.parametrize("fault", ["cut_before", "cut_after"])
async def test_a_line_that_is_cut_with_an_sms_on_the_way_leaves_it_unknown(line: Open, fault: str) -> None:
    smsc = await line("--fault", fault)

    assert (await smsc.send()).outcome is Handover.UNKNOWN
    await smsc.faults()
    await smsc.bound()
    assert (await smsc.send(sms("r2"))).outcome is Handover.ACCEPTED


async def test_nothing_is_sent_twice_when_the_line_is_cut_with_many_on_the_way(line: Open) -> None:
    smsc = await line("--fault", "cut_after=0.02", "--seed", "3", window=50)

    results = await asyncio.gather(*(smsc.send(sms(f"r{number}", f"so {number}")) for number in range(300)))

    texts = [one["text"] for one in await smsc.accepted()]
    assert len(texts) == len(set(texts))
    by_outcome = {
        outcome: {f"so {number}" for number, result in enumerate(results) if result.outcome is outcome}
        for outcome in Handover
    }
    assert by_outcome[Handover.ACCEPTED] <= set(texts)
    assert by_outcome[Handover.NOT_SENT].isdisjoint(texts)
    assert by_outcome[Handover.UNKNOWN]
    assert set().union(*by_outcome.values()) == {f"so {number}" for number in range(300)}


async def test_a_silent_smsc_is_noticed_and_left(line: Open) -> None:
    smsc = await line("--fault", "silent", timeout_seconds=0.3, enquire_link_seconds=30, silence_seconds=0.2)

    assert (await smsc.send()).outcome is Handover.UNKNOWN
    await smsc.faults()
    await smsc.until(lambda state: state["bind"] == 2)
    await smsc.bound()
    assert (await smsc.send(sms("r2"))).outcome is Handover.ACCEPTED


async def test_an_idle_line_is_asked_whether_it_still_stands_from_both_ends(line: Open) -> None:
    smsc = await line(enquire_link_seconds=0.05)

    await smsc.until(lambda state: state.get("enquire_link", 0) >= 2)
    await smsc.smsc.ask(command="enquire")

    assert (await smsc.send()).outcome is Handover.ACCEPTED
    assert (await smsc.state())["bind"] == 1


async def test_a_receipt_before_the_answer_and_a_second_one_are_handed_over(line: Open) -> None:
    smsc = await line("--fault", "report_first", "--fault", "report_twice")

    result = await smsc.send()

    reports = await smsc.reports.wait_for(2)
    assert [report.provider_reference for report in reports] == [result.provider_reference] * 2


@pytest.mark.parametrize("form", ["tlv", "text", "both", "shuffled"])
@pytest.mark.parametrize("spelling", ["lower", "zeros", "decimal"])
async def test_receipts_of_every_form_are_handed_over_as_written(line: Open, form: str, spelling: str) -> None:
    smsc = await line("--fault", f"report_form={form}", "--fault", f"report_id={spelling}")

    result = await smsc.send()

    assert result.provider_reference is not None
    [report] = await smsc.reports.wait_for(1)
    written = result.provider_reference
    expected = {"lower": written.lower(), "zeros": written.zfill(10), "decimal": str(int(written, 16))}[spelling]
    assert (report.provider_reference, report.state) == (expected, DeliveryState.DELIVERED)


async def test_a_receipt_that_cannot_be_recorded_is_not_acknowledged_and_ends_nothing(line: Open) -> None:
    smsc = await line()
    await smsc.bound()
    smsc.reports.refusals = 1

    await smsc.send()
    await smsc.until(lambda state: state["report_answers"] == {"100": 1})
    await smsc.send(sms("r2"))

    await smsc.reports.wait_for(1)
    await smsc.until(lambda state: state["report_answers"] == {"100": 1, "0": 1})


async def test_strange_answers_commands_and_deliveries_end_nothing(line: Open) -> None:
    smsc = await line("--fault", "strange", "--fault", "fragments")

    results = [await smsc.send(sms(f"r{number}")) for number in range(3)]

    assert {result.outcome for result in results} == {Handover.ACCEPTED}
    assert len(await smsc.reports.wait_for(3)) == 3


async def test_what_a_customer_writes_is_acknowledged_and_no_report(line: Open) -> None:
    smsc = await line()
    await smsc.bound()

    await smsc.smsc.ask(command="send", customer="+84912345678", text="xin chao")

    await smsc.until(lambda state: state.get("deliver_sm_resp") == 1)
    assert smsc.reports.kept == []


async def test_a_refused_bind_is_shown_and_nothing_is_sent(line: Open) -> None:
    smsc = await line("--fault", "bind_status=0x0E")

    result = await smsc.send()

    assert result.outcome is Handover.NOT_SENT
    assert "0x0E RINVPASWD" in (smsc.provider.fault() or "")


async def test_an_smsc_that_unbinds_is_bound_again(line: Open) -> None:
    smsc = await line()
    await smsc.bound()

    await smsc.smsc.ask(command="unbind")
    await smsc.until(lambda state: state["bind"] == 2)
    await smsc.bound()

    assert (await smsc.send()).outcome is Handover.ACCEPTED


async def test_receipts_come_on_a_second_connection_where_transceivers_are_not_allowed(line: Open) -> None:
    smsc = await line(bind="transmitter_and_receiver")
    await smsc.until(lambda state: state["bound"] == 2)

    result = await smsc.send()

    [report] = await smsc.reports.wait_for(1)
    assert report.provider_reference == result.provider_reference


async def test_closing_waits_for_answers_and_unbinds(line: Open) -> None:
    smsc = await line("--fault", "late_answer", "--fault", "late_seconds=0.3")
    await smsc.bound()

    sending = asyncio.create_task(smsc.send())
    await smsc.until(lambda state: state.get("accepted") == 1)
    smsc.running.cancel()
    await smsc.provider.close()

    assert (await sending).outcome is Handover.ACCEPTED
    assert (await smsc.until(lambda state: state["connections"] == 0))["unbind"] == 1
    assert (await smsc.send(sms("r2"))).outcome is Handover.NOT_SENT


async def test_five_thousand_waiting_sms_all_leave_once(line: Open) -> None:
    smsc = await line(window=100, timeout_seconds=60)

    results = await asyncio.gather(*(smsc.send(sms(f"r{number}", f"so {number}")) for number in range(5000)))

    assert {result.outcome for result in results} == {Handover.ACCEPTED}
    assert sorted(one["text"] for one in await smsc.accepted()) == sorted(f"so {number}" for number in range(5000))
    assert len(await smsc.reports.wait_for(5000)) == 5000


async def test_nobody_listening_is_not_sent(monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int) -> None:
    monkeypatch.setenv("SMPP_TEST_PASSWORD", "secret")
    provider: Provider = SmppProvider(
        SmppSettings.model_validate(
            {
                "kind": "smpp", "name": "smsc", "host": "127.0.0.1", "port": unused_tcp_port, "system_id": "x",
                "password": {"env": "SMPP_TEST_PASSWORD"}, "source": "DIENLUC",
            }
        )
    )  # fmt: skip
    assert isinstance(provider, Connected)
    running = asyncio.create_task(provider.run(Reports().record))

    result = await provider.send(sms())

    running.cancel()
    await provider.close()
    assert result.outcome is Handover.NOT_SENT
    assert "no connection" in result.detail


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Return a file with a certificate for localhost and its key, signed by itself."""
    from datetime import timedelta  # noqa: PLC0415

    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    from shared.clock import now  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    file = tmp_path / "smsc.pem"
    file.write_bytes(
        made.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    os.chmod(file, 0o600)  # noqa: PTH101
    return file


async def test_tls_to_an_smsc_whose_certificate_is_known(line: Open, certificate: Path) -> None:
    tls = {"ca_file": str(certificate), "server_name": "localhost"}
    smsc = await line("--certificate", str(certificate), tls=tls)

    assert (await smsc.send()).outcome is Handover.ACCEPTED


async def test_tls_to_an_smsc_whose_certificate_nobody_knows_sends_nothing(line: Open, certificate: Path) -> None:
    smsc = await line("--certificate", str(certificate), tls={"server_name": "localhost"})

    result = await smsc.send()

    assert result.outcome is Handover.NOT_SENT
    assert "certificate" in result.detail
