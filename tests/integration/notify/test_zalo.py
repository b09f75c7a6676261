"""Zalo's templates and tokens, against a process that plays Zalo, with the notify database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asyncpg import Pool

from services.notify.domain.delivery_reports import DeliveryReport, DeliveryState, InvalidReport
from services.notify.domain.outcome import Handover
from services.notify.providers.base import HandedOver, ReportRequest
from services.notify.providers.configuration import load_configuration
from services.notify.providers.zalo import ZaloProvider, ZaloSettings
from services.notify.providers.zalo_tokens import lifetime
from services.notify.store.zalo_tokens import RENEWAL_LASTS, begin_renewal, read_tokens
from shared.clock import VIETNAM, now
from shared.ids import new_id
from shared.secret_places import Secret
from shared.testing import eventually, wait_until
from simulation.providers.process import RunningStandIn, stand_in
from tests.integration.notify.notices import Clock
from tests.integration.notify.stand_ins import report_address, sms

ENTRY = """
providers:
  - kind: zalo
    name: zalo
    url: URL
    oauth_url: URL/v4/oa/access_token
    timeout_seconds: 2
    app_id: "1234"
    app_secret: {env: ZALO_TEST_SECRET}
    refresh_token: {env: ZALO_TEST_REFRESH}
    templates:
      - {template: away, version: 1, id: "330875", parameters: [{from: customer_code, name: ma_kh},
          {from: amount, name: so_tien}, {from: unit, name: don_vi, longest: 16}, {from: collector_name, longest: 12}]}
"""

MakeZalo = Callable[..., ZaloProvider]


@pytest.fixture
async def zalo() -> AsyncIterator[RunningStandIn]:
    async with stand_in("zalo") as running:
        yield running


@pytest.fixture
async def pool(pool_for: Callable[..., Awaitable[Pool]]) -> Pool:
    return await pool_for("notify")


@pytest.fixture
async def make_zalo(
    zalo: RunningStandIn, pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[MakeZalo]:
    monkeypatch.setenv("ZALO_TEST_SECRET", "secret-A1B2")
    monkeypatch.setenv("ZALO_TEST_REFRESH", "refresh-0")
    made: list[ZaloProvider] = []

    def make(clock: Callable[[], datetime] = now, **changes: object) -> ZaloProvider:
        (tmp_path / "sms.yaml").write_text(ENTRY.replace("URL", zalo.url), encoding="utf-8")
        settings = load_configuration(tmp_path / "sms.yaml").providers[0]
        assert isinstance(settings, ZaloSettings)
        one = ZaloProvider(settings.model_copy(update=changes), pool, clock=clock)
        made.append(one)
        return one

    yield make
    for one in made:
        await one.close()


async def test_a_message_leaves_with_the_parameters_of_its_template_kept_to_their_lengths(
    make_zalo: MakeZalo, zalo: RunningStandIn
) -> None:
    result = await make_zalo().send(sms(new_id().hex))
    [sent] = await zalo.accepted()

    assert result.outcome is Handover.ACCEPTED
    assert result.provider_reference == sent["reference"]
    assert sent["phone"] == "84953000001"
    assert sent["parameters"] == {
        "ma_kh": "PB14010012345",
        "so_tien": "871.020d",
        "don_vi": "Đội quản lý điện",
        "collector_name": "N.T.K. Hoa",
    }


async def test_a_code_that_is_too_long_is_not_shortened_but_left_to_the_sms(
    make_zalo: MakeZalo, zalo: RunningStandIn
) -> None:
    order = sms(new_id().hex)
    long = replace(order, parameters={**order.parameters, "amount": "9" * 21})

    assert (await make_zalo().send(long)).outcome is Handover.UNREACHABLE
    assert await zalo.accepted() == []


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("no_account", Handover.UNREACHABLE),
        ("bad_number", Handover.UNREACHABLE),
        ("unregistered", Handover.UNREACHABLE),
        ("refuse", Handover.REJECTED_PROVIDER),
        ("throttle", Handover.THROTTLED),
        ("answer_lost", Handover.UNKNOWN),
        ("wrong_json", Handover.UNKNOWN),
        ("server_error", Handover.UNKNOWN),
    ],
)
async def test_an_error_leads_to_sms_to_a_stop_or_to_nothing(
    make_zalo: MakeZalo, zalo: RunningStandIn, fault: str, outcome: Handover
) -> None:
    await zalo.fail(fault)

    assert (await make_zalo().send(sms(new_id().hex))).outcome is outcome


@pytest.mark.parametrize(
    ("local", "opens"),
    [
        (datetime(2026, 11, 22, 23, tzinfo=VIETNAM), datetime(2026, 11, 23, 7, tzinfo=VIETNAM)),
        (datetime(2026, 11, 22, 3, tzinfo=VIETNAM), datetime(2026, 11, 22, 7, tzinfo=VIETNAM)),
    ],
)
async def test_at_night_the_message_waits_for_the_morning(
    make_zalo: MakeZalo, zalo: RunningStandIn, local: datetime, opens: datetime
) -> None:
    await zalo.fail("quiet_hours")
    result = await make_zalo(Clock(local)).send(sms(new_id().hex))

    assert (result.outcome, result.retry_at) == (Handover.CLOSED, opens)


async def test_a_token_that_has_ended_is_renewed_once_and_the_message_leaves_once(
    make_zalo: MakeZalo, zalo: RunningStandIn, pool: Pool
) -> None:
    provider = make_zalo()
    await provider.send(sms(new_id().hex))
    await zalo.fail("token_expired")
    result = await provider.send(sms(reference := new_id().hex))
    async with pool.acquire() as connection:
        stored = await read_tokens(connection, "zalo")

    assert result.outcome is Handover.ACCEPTED
    assert len(await zalo.sent(reference)) == 1
    assert stored is not None
    assert (stored.access_token, stored.refresh_token) == ("access-2", "refresh-2")


async def test_a_token_is_renewed_before_it_ends(make_zalo: MakeZalo, pool: Pool) -> None:
    clock = Clock()
    provider = make_zalo(clock)
    await provider.send(sms(new_id().hex))
    clock.advance(hours=24, minutes=55)
    await provider.send(sms(new_id().hex))
    async with pool.acquire() as connection:
        stored = await read_tokens(connection, "zalo")

    assert stored is not None
    assert stored.access_token == "access-2"


async def test_copies_that_need_a_token_at_once_use_the_refresh_token_once(
    make_zalo: MakeZalo, zalo: RunningStandIn, pool: Pool
) -> None:
    copies = [make_zalo() for _ in range(4)]
    results = await asyncio.gather(*(copy.send(sms(new_id().hex)) for copy in copies for _ in range(3)))
    async with pool.acquire() as connection:
        stored = await read_tokens(connection, "zalo")

    assert {result.outcome for result in results} == {Handover.ACCEPTED}
    assert stored is not None
    assert stored.refresh_token == "refresh-1"


async def test_a_renewal_that_a_sender_does_not_wait_for_is_stored_all_the_same(
    make_zalo: MakeZalo, pool: Pool
) -> None:
    sending = asyncio.create_task(make_zalo().send(sms(new_id().hex)))

    async def began() -> None:
        async with pool.acquire() as connection:
            found = await read_tokens(connection, "zalo")
        assert found is not None
        assert found.renewal_began_at is not None or found.access_token is not None

    await eventually(began)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)

    async def stored() -> None:
        async with pool.acquire() as connection:
            found = await read_tokens(connection, "zalo")
        assert found is not None
        assert found.access_token == "access-1"

    await eventually(stored)


async def test_a_renewal_whose_answer_is_lost_stops_the_channel_by_name_after_a_minute(
    make_zalo: MakeZalo, zalo: RunningStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = Clock(datetime.now(UTC))
    provider = make_zalo(clock)
    await zalo.fail_tokens("answer_lost")
    first = await provider.send(sms(new_id().hex))
    soon = await provider.send(sms(new_id().hex))
    clock.advance(seconds=RENEWAL_LASTS.total_seconds() + 1)
    later = await provider.send(sms(new_id().hex))

    assert (first.outcome, soon.outcome) == (Handover.THROTTLED, Handover.THROTTLED)
    assert later.outcome is Handover.REJECTED_PROVIDER
    assert "-14014" in later.detail
    assert "authorise the account anew" in later.detail
    assert await zalo.accepted() == []


async def test_many_that_need_a_token_while_none_comes_wait_and_are_not_cut_off_as_perhaps_sent(
    make_zalo: MakeZalo, zalo: RunningStandIn
) -> None:
    provider = make_zalo(timeout_seconds=8.0)
    await zalo.fail_tokens("answer_lost")
    async with asyncio.timeout(4 * 8.0):  # as the sender cuts off
        results = await asyncio.gather(*(provider.send(sms(new_id().hex)) for _ in range(16)))

    assert {result.outcome for result in results} == {Handover.THROTTLED}


async def test_a_token_that_is_late_is_not_waited_for_and_serves_the_next(
    make_zalo: MakeZalo, zalo: RunningStandIn
) -> None:
    provider = make_zalo()
    impatient = provider._tokens
    impatient._patience = 0.0
    first = await provider.send(sms(new_id().hex))
    impatient._patience = 30.0
    second = await provider.send(sms(new_id().hex))

    assert (first.outcome, second.outcome) == (Handover.THROTTLED, Handover.ACCEPTED)
    assert len(await zalo.accepted()) == 1


@pytest.mark.parametrize("written", [None, "", "90000s", "-1", "0", "nan", "inf", "1e300", [], {}])
def test_a_token_holds_an_hour_where_nothing_readable_says_how_long(written: object) -> None:
    assert lifetime(written) == timedelta(hours=1)


@pytest.mark.parametrize("written", [90000, "90000", "90000.0", 9e4])
def test_a_token_holds_as_long_as_its_answer_says(written: object) -> None:
    assert lifetime(written) == timedelta(hours=25)


async def test_a_copy_that_died_before_it_asked_costs_a_minute_and_nothing_else(
    make_zalo: MakeZalo, zalo: RunningStandIn, pool: Pool
) -> None:
    clock = Clock(datetime.now(UTC))
    provider = make_zalo(clock)
    await provider.send(sms(new_id().hex))
    async with pool.acquire() as connection:
        assert await begin_renewal(connection, "zalo", clock(), "access-1") is not None
    await zalo.fail("token_expired")
    clock.advance(seconds=RENEWAL_LASTS.total_seconds() + 1)

    assert (await provider.send(sms(new_id().hex))).outcome is Handover.ACCEPTED


async def test_a_new_refresh_token_in_the_configuration_replaces_what_is_stored(
    make_zalo: MakeZalo, zalo: RunningStandIn, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_zalo().send(sms(new_id().hex))
    monkeypatch.setenv("ZALO_TEST_REFRESH", "refresh-1")  # as if authorised anew
    assert (await make_zalo().send(sms(new_id().hex))).outcome is Handover.ACCEPTED
    monkeypatch.setenv("ZALO_TEST_REFRESH", "worth-nothing")
    refused = await make_zalo().send(sms(new_id().hex))

    assert refused.outcome is Handover.REJECTED_PROVIDER
    assert "8D6F" not in repr(refused)


async def test_zalo_reports_what_has_arrived_and_is_asked_for_the_rest(
    make_zalo: MakeZalo, zalo: RunningStandIn
) -> None:
    provider = make_zalo()
    reports: list[DeliveryReport] = []
    async with report_address(provider, reports.append) as url:
        await zalo.report_to(url)
        result = await provider.send(sms(reference := new_id().hex))
        [report] = await wait_until(lambda: list(reports))
    asked = await provider.status(HandedOver(reference, result.provider_reference, "+84953000001", now()))

    assert (report.client_reference, report.state) == (reference, DeliveryState.DELIVERED)
    assert report.occurred_at == datetime.fromtimestamp(1_764_300_005, UTC)
    assert asked is not None
    assert asked.state is DeliveryState.DELIVERED
    assert await provider.status(HandedOver(reference, "never", "+84953000001", now())) is None


async def test_an_event_that_is_no_report_is_none_and_a_wrong_signature_is_refused(
    make_zalo: MakeZalo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def request(body: bytes) -> ReportRequest:
        return ReportRequest("POST", {}, {"x-zevent-signature": "mac=00"}, "application/json", body)

    plain = make_zalo()
    assert plain.read_reports(request(b'{"event_name": "user_send_text", "message": {"text": "a"}}')) == []
    monkeypatch.setenv("ZALO_OA_SECRET", "oa")
    signed = make_zalo(oa_secret=Secret(env="ZALO_OA_SECRET"))
    with pytest.raises(InvalidReport):
        signed.read_reports(request(b'{"event_name": "user_received_message", "message": {"delivery_time": "1"}}'))


def test_a_renewal_is_given_time_to_end_before_others_try() -> None:
    assert timedelta(seconds=30) < RENEWAL_LASTS
