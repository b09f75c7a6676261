"""Links that swallow what is sent and close nothing: both ends notice it by silence, and the phone comes back."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from shared.testing.conditions import wait_until
from shared.testing.proxy import Mode, TcpProxy
from simulation.phone import VirtualPhone
from tests.integration.gateway.back_office import TOTAL
from tests.integration.gateway.conftest import CUSTOMER, GatewaySystem

SWALLOWING = [Mode.BLACKHOLE, Mode.UPSTREAM_BLACKHOLE, Mode.DOWNSTREAM_BLACKHOLE]
BEAT = 0.4


@pytest_asyncio.fixture
async def beating(system: GatewaySystem) -> AsyncIterator[GatewaySystem]:
    """A system whose gateway has fast heartbeats."""
    async with system.gateway(heartbeat=BEAT, send_timeout=1) as system.url:
        yield system


@pytest.mark.parametrize("mode", SWALLOWING)
async def test_the_gateway_drops_a_phone_that_has_become_silent(beating: GatewaySystem, mode: Mode) -> None:
    phone = await beating.phone()
    async with TcpProxy.in_front_of(beating.url) as link:
        socket = await beating.session.ws_connect(link.url(beating.url).replace("http", "ws", 1) + "/v1/stream")
        await socket.send_str(json.dumps({"type": "hello", "token": phone.token}))
        await socket.receive()
        await wait_until(lambda: _is_present(beating, phone))
        link.mode = mode
        await wait_until(lambda: _is_absent(beating, phone))


async def test_the_gateway_frees_the_connection_of_a_phone_that_takes_nothing(beating: GatewaySystem) -> None:
    """Bytes that are still to be sent would keep a closed connection open for a quarter of an hour."""
    phone = await beating.phone()
    async with TcpProxy.in_front_of(beating.url) as link:
        socket = await beating.session.ws_connect(link.url(beating.url).replace("http", "ws", 1) + "/v1/stream")
        await socket.send_str(json.dumps({"type": "hello", "token": phone.token}))
        await wait_until(lambda: _is_present(beating, phone))
        link.delay = 3600
        await beating.pool.execute(
            """WITH feed AS (INSERT INTO feeds VALUES ('TN001', 800, 0))
               INSERT INTO feed_entries SELECT 'TN001', n, $1, now() FROM generate_series(1, 800) AS n""",
            json.dumps({"type": "account", "padding": "x" * 60_000}),
        )
        await wait_until(lambda: _is_absent(beating, phone), 20)
        port = int(beating.url.rpartition(":")[2])
        await wait_until(lambda: not _unsent(port), 20)


@pytest.mark.parametrize("mode", SWALLOWING)
async def test_a_phone_comes_back_over_a_link_that_swallowed_everything_and_catches_up(
    beating: GatewaySystem, mode: Mode
) -> None:
    await beating.add_customer()
    point = await beating.desk("collection_point", collection_point_code="VNPOST-CM01")
    async with TcpProxy.in_front_of(beating.url) as link:
        phone = await beating.phone(url=link.url(beating.url))
        await phone.open_stream()
        link.mode = mode
        await point.post(CUSTOMER, TOTAL, "VNPOST-1")
        await wait_until(lambda: phone.stream.welcome is None)
        link.heal()
        update = await phone.wait_for_update(CUSTOMER, "payment.recorded")
        assert update["debt"] == 0
        await beating.print(phone)
        await phone.wait_for_printout("notice")
        await phone.stream.stop()


async def test_a_phone_that_is_sent_nothing_else_is_sent_heartbeats_and_stays(beating: GatewaySystem) -> None:
    phone = await beating.phone()
    await phone.open_stream()
    socket = await beating.session.ws_connect(beating.url.replace("http", "ws", 1) + "/v1/stream")
    other = await beating.phone()
    await socket.send_str(json.dumps({"type": "hello", "token": other.token}))
    frames = [await _received(socket) for _ in range(6)]
    assert frames[0]["type"] == "welcome"
    assert frames[0]["heartbeat_frames"] is True
    assert [frame["type"] for frame in frames[1:]] == ["heartbeat"] * 5
    assert phone.stream.connections == 1
    await socket.close()


def _unsent(port: int) -> list[str]:
    """Return the open connections of a server at this port that have bytes to send, as the kernel lists them.

    What the process has closed belongs to the kernel alone (no inode), which ends it by its own rules.
    """
    with open("/proc/net/tcp", encoding="ascii") as table:  # noqa: PTH123
        rows = [line.split() for line in table][1:]
    ours = [row for row in rows if int(row[1].rpartition(":")[2], 16) == port and row[9] != "0"]
    return [row[2] for row in ours if int(row[4].partition(":")[0], 16)]


async def _received(socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    async with asyncio.timeout(10):
        frame: dict[str, Any] = await socket.receive_json()
        return frame


async def _is_present(system: GatewaySystem, phone: VirtualPhone) -> bool:
    return bool(await system.pool.fetchval("SELECT true FROM presence WHERE device_id = $1", phone.device_id))


async def _is_absent(system: GatewaySystem, phone: VirtualPhone) -> bool:
    return not await _is_present(system, phone)
