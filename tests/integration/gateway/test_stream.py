"""The stream itself: hello, resume, one stream a device, revocation, slow phones, shutdown, several copies."""

import asyncio
import json
from functools import partial
from typing import Any

import aiohttp
import pytest

from services.gateway.enrolment import revoke_in_database
from services.gateway.stream.frames import MAX_FRAME_BYTES
from shared.clock import now
from shared.contracts.billing import BillIssued
from shared.contracts.customer import CustomersChanged
from shared.ids import new_id
from shared.problems import Problem
from shared.testing.conditions import wait_until
from simulation.phone import VirtualPhone
from tests.integration.gateway.back_office import TOTAL, bill, facts
from tests.integration.gateway.conftest import CUSTOMER, GatewaySystem

OTHER = "PB15010000002"


async def _hello(system: GatewaySystem, url: str = "", **more: Any) -> aiohttp.ClientWebSocketResponse:
    socket = await system.session.ws_connect((url or system.url).replace("http", "ws", 1) + "/v1/stream")
    await socket.send_str(json.dumps({"type": "hello", **more}))
    return socket


async def _closed_with(socket: aiohttp.ClientWebSocketResponse) -> int | None:
    async with asyncio.timeout(10):
        while not socket.closed:
            message = await socket.receive()
            if message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING):
                break
    return socket.close_code


async def test_welcome_says_how_the_stream_works(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    welcome = await phone.open_stream()
    assert welcome["device_id"] == str(phone.device_id)
    assert (welcome["max_inflight"], welcome["heartbeat"], welcome["refresh"]) == (2, 25.0, True)


async def test_an_unknown_token_is_thrown_out_for_good(gateway: GatewaySystem) -> None:
    socket = await _hello(gateway, token="tn_wrong")
    assert json.loads((await socket.receive()).data) == {"type": "revoked"}
    assert await _closed_with(socket) == 4003


@pytest.mark.parametrize(
    "frame",
    [
        "not json",
        "{}",
        '{"type":"hello","token":"x","token":"y"}',
        '{"type":"accepted","job_id":"0199d5b0-7c1e-7000-8000-000000000001","attempt":1}',
        "[1]",
    ],
)
async def test_a_stream_that_does_not_begin_with_hello_is_closed_for_good(gateway: GatewaySystem, frame: str) -> None:
    socket = await gateway.session.ws_connect(gateway.url.replace("http", "ws", 1) + "/v1/stream")
    await socket.send_str(frame)
    assert await _closed_with(socket) == 4002


async def test_a_phone_that_says_nothing_is_asked_to_come_back(system: GatewaySystem) -> None:
    async with system.gateway(hello_timeout=0.2) as url:
        socket = await system.session.ws_connect(url.replace("http", "ws", 1) + "/v1/stream")
        assert await _closed_with(socket) == 4101


async def test_a_frame_that_makes_no_sense_closes_the_stream(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    socket = await _hello(gateway, token=phone.token)
    await socket.receive()
    await socket.send_str('{"type":"result","job_id":1}')
    assert await _closed_with(socket) == 4002


async def test_a_frame_larger_than_64_kb_closes_the_stream(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    socket = await _hello(gateway, token=phone.token)
    await socket.receive()
    await socket.send_str("x" * (MAX_FRAME_BYTES + 1))
    assert await _closed_with(socket) == 1009


async def test_a_result_for_somebody_elses_paper_is_refused_and_the_stream_goes_on(gateway: GatewaySystem) -> None:
    phone, other = await gateway.phone(), await gateway.phone()
    job_id = await gateway.print(other)
    await wait_until(lambda: gateway.state(job_id))
    await phone.open_stream()
    await phone.stream.confirm_printed(job_id, 1)
    await wait_until(lambda: phone.stream.problems)
    assert phone.stream.problems[0]["slug"] == "not-found"
    assert await gateway.state(job_id) == ("queued", 1)
    assert phone.stream.welcome is not None


async def test_asking_for_the_stream_without_a_websocket_says_what_is_needed(gateway: GatewaySystem) -> None:
    async with gateway.session.get(f"{gateway.url}/v1/stream") as response:
        assert response.status == 426
        assert response.content_type == "application/problem+json"


async def test_a_device_has_one_stream_the_newer_one(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    await phone.open_stream()
    newer = await _hello(gateway, token=phone.token)
    assert json.loads((await newer.receive()).data)["type"] == "welcome"
    assert await phone.wait_until_thrown_out() == 4001
    await newer.close()


async def test_revocation_closes_the_open_stream_and_every_request_after_it(gateway: GatewaySystem) -> None:
    phone, supervisor = await gateway.phone(), await gateway.desk("supervisor")
    await phone.open_stream()
    revoked = await supervisor.revoke(phone.device_id)
    assert revoked["revoked_at"] is not None
    assert await phone.wait_until_thrown_out() == 4003
    assert phone.stream.revoked
    with pytest.raises(Problem) as refused:
        await phone.me()
    assert refused.value.status == 401
    assert await supervisor.revoke(phone.device_id) == revoked


async def test_revocation_in_the_database_reaches_the_open_stream(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    await phone.open_stream()
    await revoke_in_database(gateway.database_url, phone.device_id, reason="mất máy")
    assert await phone.wait_until_thrown_out() == 4003


async def test_a_payment_elsewhere_reaches_the_collectors_phone(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    point = await gateway.desk("collection_point", collection_point_code="VNPOST-CM01")
    await phone.open_stream()
    await point.post(CUSTOMER, TOTAL, "VNPOST-1")
    update = await phone.wait_for_update(CUSTOMER, "payment.recorded")
    assert (update["debt"], update["open_bills"]) == (0, 0)
    assert update["payment"]["where"] == "Bưu điện Cà Mau"
    assert update["payment"]["amount"] == TOTAL


async def test_updates_that_came_while_the_phone_was_away_are_sent_once_and_in_order(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    point = await gateway.desk("collection_point", collection_point_code="VNPOST-CM01")
    cashier = await gateway.desk("cashier")
    await phone.open_stream()
    await phone.stream.stop()
    paid = await point.post(CUSTOMER, TOTAL, "VNPOST-1")
    await wait_until(lambda: _feed(gateway, 1))
    await cashier.reverse(paid.payment.payment_id, "Thu nhầm")
    await wait_until(lambda: _feed(gateway, 2))
    welcome = await phone.open_stream()
    assert not welcome["refresh"]
    await phone.wait_for_update(CUSTOMER, "payment.reversed")
    assert [update["what"] for update in phone.stream.updates] == ["payment.recorded", "payment.reversed"]
    assert [update["seq"] for update in phone.stream.updates] == [1, 2]


async def test_an_import_of_many_makes_each_phone_concerned_read_afresh_once(gateway: GatewaySystem) -> None:
    await gateway.add_customer()
    phone, other = await gateway.phone(), await gateway.phone("TN002")
    await wait_until(lambda: gateway.pool.fetchval("SELECT count(*) FROM customer_collectors"))
    for each in (phone, other):
        await each.open_stream()
    import_id = new_id()
    for code, version in ((CUSTOMER, 2), (OTHER, 1), (CUSTOMER, 3), (CUSTOMER, 2)):
        customers = [facts(code, "TN002", version)]
        event = CustomersChanged(import_id=import_id, customers=customers, changed_at=now())
        async with gateway.office_bus.work() as work:
            await work.emit(event)

    async def all_known() -> bool:
        known = await gateway.pool.fetch("SELECT collector_code FROM customer_collectors WHERE version IN (1, 3)")
        return [row["collector_code"] for row in known] == ["TN002"] * 2

    await wait_until(all_known)
    for collector_code in ("TN001", "TN002"):
        entries = "SELECT entry FROM feed_entries WHERE collector_code = $1"
        await wait_until(lambda code=collector_code: _feed(gateway, 1, code))  # type: ignore[misc]
        assert [row["entry"] for row in await gateway.pool.fetch(entries, collector_code)] == ['{"type":"refresh"}']


async def test_a_phone_that_was_away_for_too_long_has_to_read_everything_afresh(system: GatewaySystem) -> None:
    async with system.gateway(feed_limit=10) as system.url:
        await system.add_customer()
        phone = await system.phone()
        await phone.open_stream()
        await phone.stream.stop()
        await wait_until(lambda: system.pool.fetchval("SELECT count(*) FROM customer_collectors"))
        account = system.office.account(CUSTOMER)
        async with system.office_bus.work() as work:
            for _ in range(11):
                await work.emit(BillIssued(bill=bill(CUSTOMER), account=account))
        await wait_until(lambda: _feed(system, 11))
        welcome = await phone.open_stream()
        assert welcome["refresh"]
        assert welcome["seq"] == 11


async def test_another_history_of_the_database_means_reading_everything_afresh(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    await phone.open_stream()
    await phone.stream.stop()
    await gateway.pool.execute("UPDATE stream_epoch SET epoch = gen_random_uuid()")
    welcome = await phone.open_stream()
    assert welcome["refresh"]


async def test_other_collectors_phones_receive_nothing(gateway: GatewaySystem) -> None:
    phone, other = await gateway.phone(), await gateway.phone("TN002")
    await phone.open_stream()
    await other.open_stream()
    await phone.pay(CUSTOMER, TOTAL)
    await phone.wait_for_update(CUSTOMER, "payment.recorded")
    await gateway.add_customer(OTHER, "TN002")
    await gateway.add_customer(OTHER, "TN002", version=2)
    await other.wait_for(lambda: [u for u in other.stream.updates if u["type"] == "customer"])
    assert [update["customer_code"] for update in other.stream.updates] == [OTHER]


async def test_a_customer_who_changes_routes_leaves_one_phone_and_comes_to_another(gateway: GatewaySystem) -> None:
    phone, other = await gateway.phone(), await gateway.phone("TN002")
    await phone.open_stream()
    await other.open_stream()
    await wait_until(lambda: gateway.pool.fetchval("SELECT count(*) FROM customer_collectors"))
    await gateway.add_customer(CUSTOMER, "TN002", version=2)
    left = await phone.wait_for(lambda: [u for u in phone.stream.updates if u["type"] == "customer"])
    came = await other.wait_for(lambda: [u for u in other.stream.updates if u["type"] == "customer"])
    assert (left[0]["on_route"], came[0]["on_route"]) == (False, True)


async def test_a_phone_that_takes_nothing_is_closed_and_others_are_served(system: GatewaySystem) -> None:
    async with system.gateway(send_timeout=0.3, max_in_flight=16, heartbeat=30) as system.url:
        slow, phone = await system.phone(), await system.phone()
        socket = await _hello(system, token=slow.token)
        transport = socket._response.connection.transport  # type: ignore[union-attr]
        transport.pause_reading()  # type: ignore[union-attr]
        await system.add_customer()
        await wait_until(lambda: system.pool.fetchval("SELECT count(*) FROM customer_collectors"))
        collector = "TN001"
        entry = json.dumps({"type": "account", "padding": "x" * 60_000})
        await system.pool.execute(
            """WITH feed AS (INSERT INTO feeds VALUES ($1, 800, 0))
               INSERT INTO feed_entries SELECT $1, n, $2, now() FROM generate_series(1, 800) AS n""",
            collector,
            entry,
        )
        await wait_until(lambda: _absent(system, slow), 20)
        await phone.open_stream()
        job_id = await system.print(phone)
        await phone.wait_for_printout("notice")
        assert await system.state(job_id) is not None
        transport.resume_reading()  # type: ignore[union-attr]
        await socket.close()


async def test_at_shutdown_phones_are_asked_to_reconnect_and_find_the_other_copy(system: GatewaySystem) -> None:
    async with system.gateway() as staying:
        async with system.gateway() as leaving:
            phone = await system.phone(url=leaving)
            await phone.open_stream()
            socket = await _hello(system, leaving, token=(await system.phone(url=leaving)).token)
            closing = asyncio.create_task(_closed_with(socket))
            phone.base_url = staying
        assert await closing == 1012
        await phone.wait_for(lambda: phone.stream.connections == 2)
        await system.print(phone)
        await phone.wait_for_printout("notice")


async def test_a_print_job_queued_by_any_copy_reaches_the_phone_at_its_own_copy(system: GatewaySystem) -> None:
    async with system.gateway(poll_interval=3600) as first, system.gateway(poll_interval=3600) as second:
        phones = [await system.phone(url=url) for url in (first, second)]
        for phone in phones:
            await phone.open_stream()
        for _ in range(4):
            for phone in phones:
                job_id = await system.print(phone)
                await wait_until(partial(_printed, system, job_id))
        assert [len(phone.printouts) for phone in phones] == [4, 4]


async def test_account_updates_and_revocations_reach_phones_at_every_copy(system: GatewaySystem) -> None:
    never = {"poll_interval": 3600, "revocation_check_interval": 3600}
    async with system.gateway(**never) as first, system.gateway(**never) as second:
        system.url = first
        await system.add_customer()
        phones = [await system.phone(url=url) for url in (first, second)]
        for phone in phones:
            await phone.open_stream()
        await phones[0].pay(CUSTOMER, TOTAL)
        for phone in phones:
            await phone.wait_for_update(CUSTOMER, "payment.recorded")
        supervisor = await system.desk("supervisor")
        await supervisor.revoke(phones[1].device_id)
        assert await phones[1].wait_until_thrown_out() == 4003


async def test_a_promise_on_a_stream_that_the_phone_has_left_does_not_count(system: GatewaySystem) -> None:
    """The phone lost its storage while its `accepted` was under way: the paper must not wait for a phone without it."""
    async with system.gateway() as first, system.gateway() as second:
        phone = await system.phone(url=first)
        older = await _hello(system, first, token=phone.token)
        job_id = await system.print(phone)
        await _frame(older, "job")
        async with system.pool.acquire() as connection, connection.transaction():
            # The newer stream, just before it is committed.
            await connection.execute("UPDATE presence SET connection_id = gen_random_uuid()")
            await older.send_str(json.dumps({"type": "accepted", "job_id": str(job_id), "attempt": 1}))
            await wait_until(partial(_waits_for_locks, system, 1))
        newer = await _hello(system, second, token=phone.token, holding=[])
        assert (await _frame(newer, "job"))["job_id"] == str(job_id)
        for socket in (older, newer):
            await socket.close()


async def test_a_promise_just_before_the_phone_left_the_stream_is_seen_by_the_next(system: GatewaySystem) -> None:
    """The phone lost its storage after its `accepted` had come: it may have printed the paper, so a person decides."""
    async with system.gateway() as first, system.gateway() as second:
        phone = await system.phone(url=first)
        older = await _hello(system, first, token=phone.token)
        job_id = await system.print(phone)
        await _frame(older, "job")
        async with system.pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT FROM print_jobs WHERE job_id = $1 FOR UPDATE", job_id)
            await older.send_str(json.dumps({"type": "accepted", "job_id": str(job_id), "attempt": 1}))
            await wait_until(partial(_waits_for_locks, system, 1))
            opening = asyncio.create_task(_hello(system, second, token=phone.token, holding=[]))
            await wait_until(partial(_waits_for_locks, system, 2))
        newer = await opening
        await _frame(newer, "welcome")
        assert await system.state(job_id) == ("unconfirmed", 1)
        for socket in (older, newer):
            await socket.close()


async def _waits_for_locks(system: GatewaySystem, count: int) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    return int(await system.pool.fetchval(waiting)) >= count


async def _frame(socket: aiohttp.ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """Return the next frame of a kind."""
    async with asyncio.timeout(10):
        while True:
            frame: dict[str, Any] = await socket.receive_json()
            if frame["type"] == kind:
                return frame


async def test_a_newer_stream_at_another_copy_replaces_the_older_one(system: GatewaySystem) -> None:
    async with system.gateway() as first, system.gateway() as second:
        phone = await system.phone(url=first)
        await phone.open_stream()
        newer = VirtualPhone(second, token=phone.token, session=system.session)
        await newer.open_stream()
        assert await phone.wait_until_thrown_out() == 4001
        await newer.close()


async def test_an_address_that_opens_too_many_streams_has_to_wait_and_keeps_nobody_else_out(
    system: GatewaySystem,
) -> None:
    async with system.gateway(stream_opens_per_second=0.01, stream_open_burst=1, proxy_hops=1) as url:
        phone = await system.phone(url=url)
        for address, taken in (("10.0.0.1", True), ("10.0.0.1", False), ("10.0.0.2", True)):
            opening = system.session.ws_connect(f"{url}/v1/stream", headers={"X-Forwarded-For": f"6.6.6.6, {address}"})
            if taken:
                socket = await opening
                await socket.close()
                continue
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await opening
            assert refused.value.status == 429
            assert refused.value.headers is not None
            assert "Retry-After" in refused.value.headers
        await phone.me()


async def test_a_device_that_opens_one_stream_after_the_other_has_to_wait(system: GatewaySystem) -> None:
    async with system.gateway(stream_opens_per_device=1) as url:
        phone, other = await system.phone(url=url), await system.phone(url=url)
        await phone.open_stream()
        assert await _closed_with(await _hello(system, url, token=phone.token)) == 4102
        await other.open_stream()


async def _feed(system: GatewaySystem, sequence: int, collector_code: str = "TN001") -> bool:
    found = await system.pool.fetchval("SELECT last_sequence FROM feeds WHERE collector_code = $1", collector_code)
    return (found or 0) >= sequence


async def _absent(system: GatewaySystem, phone: VirtualPhone) -> bool:
    return not await system.pool.fetchval("SELECT true FROM presence WHERE device_id = $1", phone.device_id)


async def _printed(system: GatewaySystem, job_id: Any) -> bool:
    return (await system.state(job_id) or ("",))[0] == "printed"
