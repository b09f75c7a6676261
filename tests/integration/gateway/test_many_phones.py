"""Many phones at one gateway: what a socket costs, and that a crowd is served."""

import asyncio
import gc
import json
import os
from pathlib import Path

import aiohttp

from services.gateway.enrolment import hash_token
from shared.testing.conditions import wait_until
from tests.integration.gateway.conftest import GatewaySystem

PHONES = 300


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def test_hundreds_of_phones_are_welcomed_updated_and_closed_and_each_costs_little(system: GatewaySystem) -> None:
    async with system.gateway(stream_opens_per_second=1000, drain_batch=100, drain_pause=0.01) as system.url:
        tokens = [f"tn_{number}" for number in range(PHONES)]
        await system.pool.execute(
            """WITH code AS (INSERT INTO enrolment_codes (code_id, code_hash, role, collector_code, made_by, made_at,
                                                          expires_at)
                             VALUES (gen_random_uuid(), 'x', 'collector', 'TN001', 'test', now(), now())
                             RETURNING code_id)
               INSERT INTO devices (device_id, device_name, role, collector_code, token_hash, code_id, enrolled_at)
               SELECT gen_random_uuid(), 'crowd', 'collector', 'TN001', hash, code_id, now()
               FROM code, unnest($1::bytea[]) AS hash""",
            [hash_token(token) for token in tokens],
        )
        url = system.url.replace("http", "ws", 1) + "/v1/stream"
        gc.collect()
        before = _resident_bytes()
        turn = asyncio.Semaphore(20)

        async def connect(token: str) -> aiohttp.ClientWebSocketResponse:
            async with turn:
                socket = await system.session.ws_connect(url)
                await socket.send_str(json.dumps({"type": "hello", "token": token}))
                assert (await socket.receive_json())["type"] == "welcome"
                return socket

        sockets = await asyncio.gather(*(connect(token) for token in tokens))
        each = (_resident_bytes() - before) / PHONES
        # Both ends of every connection are in this process, so the gateway's part is less than what is seen here.
        assert each < 120_000, f"{each:.0f} bytes for the two ends of a connection"
        await wait_until(lambda: system.pool.fetchval("SELECT count(*) = $1 FROM presence", PHONES))
        await system.add_customer()
        await system.add_customer(version=2)

        async def next_kind(socket: aiohttp.ClientWebSocketResponse) -> str:
            frame = await socket.receive_json()
            return str(frame["type"])

        assert set(await asyncio.gather(*(next_kind(socket) for socket in sockets))) == {"customer"}
        closing = [asyncio.create_task(socket.receive()) for socket in sockets]
    await asyncio.wait(closing, timeout=10)
    assert {socket.close_code for socket in sockets} == {1012}
