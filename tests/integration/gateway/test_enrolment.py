"""Letting devices in and throwing them out."""

import asyncio
import base64
from datetime import timedelta

import pytest
from aiohttp import WSMsgType
from cryptography.hazmat.primitives.asymmetric import ec

from services.gateway.enrolment import hash_token, make_code_in_database
from services.gateway.store.acts import known_devices
from services.gateway.stream.frames import CloseCode
from shared.contracts.actor import Proof
from shared.db.pool import connect
from shared.ids import new_id
from shared.messaging.acts import acts_of
from shared.problems import Problem
from simulation.phone import VirtualDesk, VirtualPhone
from tests.integration.gateway.conftest import GatewaySystem


def _key() -> dict[str, str]:
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()

    def coordinate(value: int) -> str:
        return base64.urlsafe_b64encode(value.to_bytes(32)).rstrip(b"=").decode()

    return {"kty": "EC", "crv": "P-256", "x": coordinate(numbers.x), "y": coordinate(numbers.y)}


async def _refused(system: GatewaySystem, code: str, **more: object) -> Problem:
    device = VirtualDesk(system.url, session=system.session, patience=0)
    with pytest.raises(Problem) as refused:
        await device.enrol(code, **more)  # type: ignore[arg-type]
    return refused.value


@pytest.mark.parametrize("typed", ["TN007", " tn 007"])
async def test_a_supervisors_code_lets_a_collectors_phone_in(gateway: GatewaySystem, typed: str) -> None:
    supervisor = await gateway.desk("supervisor")
    code = await supervisor.make_code("collector", collector_code=typed)
    phone = VirtualPhone(gateway.url, name="Samsung A15", session=gateway.session)
    device = await phone.enrol(code)
    assert (device["role"], device["collector_code"], device["device_name"]) == ("collector", "TN007", "Samsung A15")
    assert await phone.me() == device


@pytest.mark.parametrize(
    ("role", "whose"),
    [("collector", {"collector_code": "XX001"}), ("collection_point", {"collection_point_code": "VNPOST-CM99"})],
)
async def test_a_code_for_somebody_who_does_not_exist_is_not_made(
    gateway: GatewaySystem, role: str, whose: dict[str, str]
) -> None:
    supervisor = await gateway.desk("supervisor")
    with pytest.raises(Problem) as refused:
        await supervisor.make_code(role, **whose)
    assert (refused.value.status, refused.value.slug, refused.value.facts) == (404, "not-found", whose)


async def test_a_code_for_a_collector_who_does_not_work_any_more_is_not_made(gateway: GatewaySystem) -> None:
    supervisor = await gateway.desk("supervisor")
    with pytest.raises(Problem) as refused:
        await supervisor.make_code("collector", collector_code="TN-LEFT")
    assert refused.value.slug == "inactive-collector"


@pytest.mark.parametrize("role", ["supervisor", "cashier"])
async def test_a_code_for_another_role_is_refused_with_its_role_and_can_still_be_used(
    gateway: GatewaySystem, role: str
) -> None:
    code = await gateway.code(role)
    problem = await _refused(gateway, code, role="collector")
    assert (problem.slug, problem.facts) == ("enrolment-refused", {"reason": "other_role", "role": role})
    desk = await VirtualDesk(gateway.url, session=gateway.session).enrol(code, role=role)
    assert desk["role"] == role


async def test_neither_codes_nor_tokens_are_in_the_database(gateway: GatewaySystem) -> None:
    supervisor = await gateway.desk("supervisor")
    code = await supervisor.make_code("cashier")
    assert supervisor.token is not None
    dump = ""
    for table in ("enrolment_codes", "devices"):
        dump += str(await gateway.pool.fetch(f"SELECT * FROM {table}"))
    assert code.replace("-", "") not in dump
    assert supervisor.token not in dump
    assert str(hash_token(supervisor.token)) in dump


async def test_a_code_works_once(gateway: GatewaySystem) -> None:
    code = await gateway.code("cashier")
    desk = VirtualDesk(gateway.url, session=gateway.session)
    await desk.enrol(code)
    problem = await _refused(gateway, code)
    assert (problem.status, problem.slug, problem.facts) == (403, "enrolment-refused", {"reason": "used"})


async def test_of_many_devices_racing_for_one_code_one_gets_in(gateway: GatewaySystem) -> None:
    code = await gateway.code("cashier")
    desks = [VirtualDesk(gateway.url, session=gateway.session) for _ in range(8)]
    outcomes = await asyncio.gather(*(desk.enrol(code) for desk in desks), return_exceptions=True)
    assert sum(isinstance(outcome, dict) for outcome in outcomes) == 1
    assert await gateway.pool.fetchval("SELECT count(*) FROM devices") == 1


async def test_an_expired_code_is_refused(gateway: GatewaySystem) -> None:
    made = await make_code_in_database(gateway.database_url, "cashier", lifetime=timedelta(seconds=-1))
    assert (await _refused(gateway, made.code)).facts == {"reason": "expired"}


async def test_when_the_answer_was_lost_the_same_device_gets_another_token_with_the_same_code(
    gateway: GatewaySystem,
) -> None:
    code, device_id = await gateway.code("collector", collector_code="TN001"), new_id()
    first = VirtualPhone(gateway.url, session=gateway.session, patience=0)
    await first.enrol(code, device_id=device_id)
    second = VirtualPhone(gateway.url, session=gateway.session, patience=0)
    await second.enrol(code, device_id=device_id)
    assert (await second.me())["device_id"] == str(device_id)
    with pytest.raises(Problem) as refused:
        await first.me()
    assert refused.value.status == 401


async def test_a_device_id_that_is_taken_is_refused(gateway: GatewaySystem) -> None:
    supervisor = await gateway.desk("supervisor")
    problem = await _refused(gateway, await gateway.code("cashier"), device_id=supervisor.device_id)
    assert (problem.status, problem.slug) == (409, "same-id-other-content")


async def test_the_devices_own_key_is_kept_and_returned(gateway: GatewaySystem) -> None:
    phone = VirtualPhone(gateway.url, session=gateway.session)
    key = _key()
    device = await phone.enrol(await gateway.code("collector", collector_code="TN001"), public_key=key)
    assert device["public_key"] == key


async def test_a_key_that_is_no_point_of_the_curve_is_refused_and_the_code_stays_good(gateway: GatewaySystem) -> None:
    code = await gateway.code("collector", collector_code="TN001")
    problem = await _refused(gateway, code, public_key={**_key(), "y": "A" * 43})
    assert (problem.status, problem.slug) == (409, "invalid-public-key")
    await VirtualPhone(gateway.url, session=gateway.session).enrol(code)


async def test_who_guesses_codes_has_to_wait(system: GatewaySystem) -> None:
    async with system.gateway(enrolment_failures_per_minute=3) as system.url:
        good = await system.code("cashier")
        assert [(await _refused(system, "AAAA-AAAA")).status for _ in range(4)] == [403, 403, 403, 429]
        assert (await _refused(system, good)).status == 429


async def test_guesses_that_come_at_once_are_no_more_than_those_that_come_one_by_one(system: GatewaySystem) -> None:
    async with system.gateway(enrolment_failures_per_minute=3) as system.url:
        refused = await asyncio.gather(*(_refused(system, "AAAA-AAAA") for _ in range(30)))
        assert sorted(problem.status for problem in refused) == [403] * 3 + [429] * 27


async def test_copies_of_the_gateway_count_guesses_together(system: GatewaySystem) -> None:
    async with (
        system.gateway(enrolment_failures_per_minute=2) as first,
        system.gateway(enrolment_failures_per_minute=2) as second,
    ):

        async def guess(url: str) -> int:
            with pytest.raises(Problem) as refused:
                # With patience it would repeat what is answered 429, until the next guess is allowed.
                await VirtualPhone(url, session=system.session, patience=0).enrol("AAAA-AAAA")
            return refused.value.status

        statuses = await asyncio.gather(*(guess(url) for url in (first, second) * 10))
        assert sorted(statuses) == [403] * 2 + [429] * 18


async def test_devices_that_enrol_one_after_the_other_from_one_address_use_up_nothing(system: GatewaySystem) -> None:
    async with system.gateway(enrolment_failures_per_minute=1) as system.url:
        for _ in range(3):
            await VirtualPhone(system.url, session=system.session).enrol(await system.code("cashier"))


@pytest.mark.parametrize("role", ["collector", "cashier", "collection_point"])
async def test_only_supervisors_make_codes_and_revoke(gateway: GatewaySystem, role: str) -> None:
    whose = {
        "collector": {"collector_code": "TN001"},
        "collection_point": {"collection_point_code": "VNPOST-CM01"},
    }
    desk = await gateway.desk(role, **whose.get(role, {}))
    with pytest.raises(Problem) as refused:
        await desk.make_code("cashier")
    assert (refused.value.status, refused.value.slug) == (403, "not-allowed")
    with pytest.raises(Problem) as refused:
        await desk.revoke(new_id())
    assert refused.value.status == 403


async def test_a_code_for_a_collector_nobody_knows_is_refused(gateway: GatewaySystem) -> None:
    supervisor = await gateway.desk("supervisor")
    with pytest.raises(Problem) as refused:
        await supervisor.make_code("collector", collector_code="XX999")
    assert refused.value.status == 404


async def test_a_supervisor_cannot_lock_the_own_device_out(gateway: GatewaySystem) -> None:
    supervisor = await gateway.desk("supervisor")
    with pytest.raises(Problem) as refused:
        await supervisor.revoke(supervisor.device_id)
    assert (refused.value.status, refused.value.slug) == (409, "own-device")


async def test_devices_are_listed_page_by_page(gateway: GatewaySystem) -> None:
    supervisor = await gateway.desk("supervisor")
    phones = [await gateway.phone() for _ in range(3)]
    page = await supervisor.call("GET", "/v1/devices", query={"role": "collector", "limit": 2})
    rest = await supervisor.call(
        "GET", "/v1/devices", query={"role": "collector", "after": page["devices"][-1]["device_id"]}
    )
    listed = [device["device_id"] for device in page["devices"] + rest["devices"]]
    assert listed == sorted(str(phone.device_id) for phone in phones)


async def test_who_let_a_device_in_and_who_threw_it_out_is_kept(gateway: GatewaySystem) -> None:
    supervisor = await gateway.desk("supervisor")
    phone = VirtualPhone(gateway.url, session=gateway.session)
    await phone.enrol(await supervisor.make_code("collector", collector_code="TN007"))
    await supervisor.call("POST", f"/v1/devices/{phone.device_id}/revocation", body={"reason": "Mất máy"})
    assert phone.device_id is not None
    connection = await connect(gateway.database_url, application_name="test")
    [known] = await known_devices(connection, [phone.device_id])
    acts = await acts_of(connection, [str(phone.device_id)])
    await connection.close()
    by = f"supervisor (device {supervisor.device_id})"
    assert (known.let_in_by, known.revoked_by) == (by, by)
    assert [(act.what, act.actor.proven_by) for act in acts] == [
        ("device.enrolled", Proof.CODE),
        ("device.revoked", Proof.TOKEN),
    ]


async def _statuses(system: GatewaySystem, urls: list[str], tokens: list[str]) -> list[int]:
    """Return the answers to requests with these tokens, sent at once, to each address in turn."""

    async def asked(url: str, token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        async with system.session.get(f"{url}/v1/me", headers=headers) as response:
            return response.status

    return sorted(await asyncio.gather(*(asked(urls[i % len(urls)], token) for i, token in enumerate(tokens))))


async def test_copies_of_the_gateway_count_unknown_tokens_together_and_known_devices_go_on(
    system: GatewaySystem,
) -> None:
    async with system.gateway(wrong_tokens_per_minute=3) as first, system.gateway(wrong_tokens_per_minute=3) as second:
        system.url = first
        desk = await system.desk("cashier")
        wrong = [f"tn_{number:043d}" for number in range(30)]
        assert await _statuses(system, [first, second], wrong) == [401] * 3 + [429] * 27
        assert await _statuses(system, [first, second], [desk.token or ""] * 4) == [200] * 4


async def test_an_unknown_token_on_the_stream_counts_as_well(system: GatewaySystem) -> None:
    async with system.gateway(wrong_tokens_per_minute=2) as system.url:
        closed = []
        for _ in range(3):
            async with system.session.ws_connect(f"{system.url}/v1/stream") as socket:
                await socket.send_json({"type": "hello", "token": "tn_nobody"})
                while (await socket.receive()).type is WSMsgType.TEXT:
                    pass
                closed.append(socket.close_code)
        assert closed == [CloseCode.REVOKED, CloseCode.REVOKED, CloseCode.TRY_LATER]


async def test_requests_without_a_token_are_limited_as_those_of_everybody(system: GatewaySystem) -> None:
    async with system.gateway(public_requests_per_second=0.01, public_request_burst=3) as system.url:
        assert await _statuses(system, [system.url], [""] * 5) == [401] * 3 + [429] * 2
