"""The adapters over real HTTP, against processes that play the providers and fail on demand."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.notify.domain.delivery_reports import DeliveryReport, DeliveryState, InvalidReport
from services.notify.domain.outcome import Handover
from services.notify.providers.base import HandedOver, Provider, ReportReader, ReportRequest, StatusQuery
from services.notify.providers.configuration import SmsConfiguration, load_configuration
from services.notify.providers.esms import EsmsProvider, EsmsSettings
from services.notify.providers.generic import GenericProvider, GenericSettings
from services.notify.providers.speedsms import SpeedSmsProvider, SpeedSmsSettings
from services.notify.providers.template_api import TemplateApiProvider, TemplateApiSettings
from shared.clock import now
from shared.ids import new_id
from shared.testing import wait_until
from simulation.providers.process import RunningStandIn, stand_in
from tests.integration.notify.stand_ins import report_address, sms

TEMPLATES = """
    templates:
      - {template: away, version: 1, form: 1, id: "5512", parameters: [customer_code, amount,
          {from: collector_name, longest: 12}]}
"""
ENTRIES: Mapping[str, str] = {
    "esms": """
  - {kind: esms, name: esms, url: URL, timeout_seconds: 2, brandname: CAMAUPC,
     api_key: {env: SMS_TEST_KEY}, secret_key: {env: SMS_TEST_KEY}}
""",
    "speedsms": """
  - {kind: speedsms, name: speedsms, url: URL, timeout_seconds: 2, sender: CAMAUPC, access_token: {env: SMS_TEST_KEY}}
""",
    "template_api": """
  - kind: template_api
    name: vnpt
    url: URL/
    timeout_seconds: 2
    label_id: "77"
    api_user: {env: SMS_TEST_KEY}
    api_password: {env: SMS_TEST_KEY}
    errors: {"0": accepted, "2": rejected_provider, "3": rejected_template, "4": rejected_number}
    report_states: {"0": delivered, "1": failed}
"""
    + TEMPLATES,
    "generic": """
  - kind: generic
    name: nha_mang
    url: URL/api/v1/brandname/send
    timeout_seconds: 2
    bearer: {env: SMS_TEST_KEY}
    fields: {so_dien_thoai: "{phone_84}", noi_dung: "{text}", ma_yeu_cau: "{client_reference}"}
    answers:
      - {status: 200, at: /ket_qua/ma, is: 0, means: accepted}
      - {status: 200, at: /ket_qua/ma, is: 11, means: rejected_number}
      - {status: 200, at: /ket_qua/ma, is: 12, means: rejected_template}
      - {status: 200, at: /ket_qua/ma, is: 20, means: rejected_provider}
    reference: /ket_qua/id
    detail: /ket_qua/loi
    remembers_hours: 24
    report:
      in: json
      each: /tin
      reference: /id
      client_reference: /ma_yeu_cau
      state: /trang_thai
      states: {DA_NHAN: delivered, THAT_BAI: failed}
""",
}


def configured(folder: Path, entry: str, url: str) -> SmsConfiguration:
    (folder / "sms.yaml").write_text("providers:" + entry.replace("URL", url), encoding="utf-8")
    return load_configuration(folder / "sms.yaml")


def made(settings: Any) -> Provider:
    makers: Mapping[type, Callable[[Any], Provider]] = {
        EsmsSettings: EsmsProvider,
        SpeedSmsSettings: SpeedSmsProvider,
        TemplateApiSettings: TemplateApiProvider,
        GenericSettings: GenericProvider,
    }
    return makers[type(settings)](settings)


@pytest.fixture(scope="module", params=list(ENTRIES))
def kind(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture(scope="module")
async def operator(kind: str) -> AsyncIterator[RunningStandIn]:
    async with stand_in(kind, "--late-seconds", "30") as running:
        yield running


@pytest.fixture
async def provider(
    kind: str, operator: RunningStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Provider]:
    monkeypatch.setenv("SMS_TEST_KEY", "key-8D6F")
    one = made(configured(tmp_path, ENTRIES[kind], operator.url).providers[0])
    yield one
    await one.close()
    await operator.report_to(None)
    await operator.fail()


async def number_sent(operator: RunningStandIn) -> int:
    return len(await operator.accepted())


async def test_an_sms_is_accepted_once_with_its_text_or_its_template(
    provider: Provider, operator: RunningStandIn, kind: str
) -> None:
    before = await number_sent(operator)
    result = await provider.send(sms(new_id().hex))
    [sent] = (await operator.accepted())[before:]

    assert result.outcome is Handover.ACCEPTED
    assert sent["phone"].endswith("953000001")
    if kind == "template_api":
        assert sent["template"] == "5512"
        assert sent["parameters"] == {"1": "PB14010012345", "2": "871.020d", "3": "N.T.K. Hoa"}
    else:
        assert sent["text"] == sms("").text
        assert result.provider_reference == sent["reference"]


@pytest.mark.parametrize("fault", ["answer_lost", "late", "never", "doubled", "wrong_json", "server_error", "huge"])
async def test_an_sms_whose_answer_is_lost_late_or_unreadable_may_have_been_sent(
    provider: Provider, operator: RunningStandIn, fault: str
) -> None:
    before = await number_sent(operator)
    await operator.fail(fault)

    assert (await provider.send(sms(new_id().hex))).outcome is Handover.UNKNOWN
    assert await number_sent(operator) == before + 1


@pytest.mark.parametrize("fault", ["proxy_error", "redirect"])
async def test_what_something_in_front_of_the_provider_answers_says_nothing_about_the_sms(
    provider: Provider, operator: RunningStandIn, fault: str
) -> None:
    before = await number_sent(operator)
    await operator.fail(fault)

    assert (await provider.send(sms(new_id().hex))).outcome is Handover.UNKNOWN
    assert await number_sent(operator) == before


async def test_an_sms_that_may_have_been_sent_is_not_sent_twice_by_a_provider_that_remembers(
    provider: Provider, operator: RunningStandIn
) -> None:
    reference = new_id().hex
    await operator.fail("answer_lost")
    await provider.send(sms(reference))
    again = await provider.send(sms(reference))

    assert again.outcome is Handover.ACCEPTED
    if provider.remembers > timedelta():
        assert len(await operator.sent(reference)) == 1


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("refuse", Handover.REJECTED_PROVIDER),
        ("bad_number", Handover.REJECTED_NUMBER),
        ("unregistered", Handover.REJECTED_TEMPLATE),
        ("throttle", Handover.THROTTLED),
    ],
)
async def test_a_refusal_says_whose_fault_it_is(
    provider: Provider, operator: RunningStandIn, fault: str, outcome: Handover
) -> None:
    before = await number_sent(operator)
    await operator.fail(fault)
    moment = now()
    result = await provider.send(sms(new_id().hex))

    assert result.outcome is outcome
    assert await number_sent(operator) == before
    if outcome is Handover.THROTTLED:
        assert result.retry_at is not None
        assert result.retry_at >= moment + timedelta(seconds=2)


@pytest.mark.parametrize("fault", [[], "report_first", "report_twice", "report_other_case"])
async def test_a_report_names_the_sms_whenever_and_however_often_it_comes(
    provider: Provider, operator: RunningStandIn, fault: str
) -> None:
    assert isinstance(provider, ReportReader)
    reports: list[DeliveryReport] = []
    async with report_address(provider, reports.append) as url:
        await operator.report_to(url)
        await operator.fail(fault)
        result = await provider.send(sms(reference := new_id().hex))
        await wait_until(lambda: len(reports) >= (2 if fault == "report_twice" else 1))

    assert {report.state for report in reports} == {DeliveryState.DELIVERED}
    for report in reports:
        by_ours = report.client_reference == reference
        assert by_ours or (report.provider_reference or "").lower() == (result.provider_reference or "").lower()


async def test_a_report_of_failure_is_read(provider: Provider, operator: RunningStandIn) -> None:
    assert isinstance(provider, ReportReader)
    reports: list[DeliveryReport] = []
    async with report_address(provider, reports.append) as url:
        await operator.report_to(url)
        await operator.fail("report_failed")
        await provider.send(sms(new_id().hex))
        [report] = await wait_until(lambda: list(reports))

    assert report.state is DeliveryState.FAILED


async def test_what_is_no_report_is_refused(provider: Provider) -> None:
    assert isinstance(provider, ReportReader)
    with pytest.raises(InvalidReport):
        provider.read_reports(ReportRequest("POST", {}, {}, "application/json", b"[1"))


async def test_an_sms_to_nobody_who_listens_has_not_left(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMS_TEST_KEY", "key-8D6F")
    with socket.socket() as taken:  # bound and not listening: refused
        taken.bind(("127.0.0.1", 0))
        refused = f"http://127.0.0.1:{taken.getsockname()[1]}"
        for url in (refused, "http://khong-co-ten.invalid"):
            provider = made(configured(tmp_path, ENTRIES[kind], url).providers[0])
            result = await provider.send(sms(new_id().hex))
            await provider.close()

            assert result.outcome is Handover.NOT_SENT


async def test_an_sms_to_a_server_without_tls_has_not_left(
    kind: str, operator: RunningStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMS_TEST_KEY", "key-8D6F")
    before = await number_sent(operator)
    entry = configured(tmp_path, ENTRIES[kind], operator.url.replace("http:", "https:")).providers[0]
    provider = made(entry)
    result = await provider.send(sms(new_id().hex))
    await provider.close()

    assert result.outcome is Handover.NOT_SENT
    assert await number_sent(operator) == before


async def test_nothing_that_a_provider_answers_shows_keys_or_the_customer(
    provider: Provider, operator: RunningStandIn
) -> None:
    for fault in ("refuse", "server_error", "answer_lost", "bad_number"):
        await operator.fail(fault)
        shown = repr(await provider.send(sms(new_id().hex))) + repr(provider)

        assert "8D6F" not in shown
        assert "953000001" not in shown


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_a_lost_answer_to_a_get_or_put_is_not_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """aiohttp repeats such requests by itself; a provider that takes SMS so would send each twice."""
    requests = 0

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        await reader.readuntil(b"\r\n\r\n")
        requests += 1
        writer.close()

    monkeypatch.setenv("SMS_TEST_KEY", "key-8D6F")
    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        entry = ENTRIES["generic"].replace(
            "timeout_seconds: 2", f"timeout_seconds: 2\n    method: {method}\n    body: query"
        )
        provider = made(configured(tmp_path, entry, url).providers[0])
        result = await provider.send(sms(new_id().hex))
        await provider.close()

    assert result.outcome is Handover.UNKNOWN
    assert requests == 1


async def test_a_text_with_accents_and_braces_arrives_letter_for_letter(
    provider: Provider, operator: RunningStandIn, kind: str
) -> None:
    if kind == "template_api":
        pytest.skip("it takes no free text")
    before = await number_sent(operator)
    text = 'Tiền điện {amount} & 50% "kỳ" T10\\2026 +84 = {secret.x}'
    await provider.send(sms(new_id().hex, text))
    [sent] = (await operator.accepted())[before:]

    assert sent["text"] == text


async def test_a_template_that_is_not_set_up_leaves_the_sms_to_other_providers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMS_TEST_KEY", "key-8D6F")
    entry = ENTRIES["template_api"].replace(TEMPLATES, "")
    provider = made(configured(tmp_path, entry, "http://127.0.0.1:9").providers[0])
    result = await provider.send(sms(new_id().hex))
    await provider.close()

    assert result.outcome is Handover.UNREACHABLE
    assert "away version 1" in result.detail


async def test_a_provider_without_status_query_is_not_taken_for_one_that_has_it(provider: Provider, kind: str) -> None:
    assert isinstance(provider, StatusQuery) == (kind == "esms")


async def test_esms_says_what_became_of_an_sms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMS_TEST_KEY", "key-8D6F")
    async with stand_in("esms") as operator:
        provider = made(configured(tmp_path, ENTRIES["esms"], operator.url).providers[0])
        assert isinstance(provider, EsmsProvider)
        result = await provider.send(sms(reference := new_id().hex))
        known = HandedOver(reference, result.provider_reference, "+84953000001", now())
        report = await provider.status(known)
        never = await provider.status(HandedOver(reference, "not-there", "+84953000001", now()))
        await provider.close()

    assert report is not None
    assert report.state is DeliveryState.DELIVERED
    assert never is None
