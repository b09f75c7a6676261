"""Slow and ambiguous HTTP: deadlines for headers, bodies and idle connections; what has two readings is refused."""

import asyncio
import gzip
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from shared.ids import new_id
from shared.testing.conditions import wait_until
from tests.integration.gateway.back_office import START, TOTAL
from tests.integration.gateway.conftest import CUSTOMER, GatewaySystem

PAYMENT = {"method": "cash", "customer_code": CUSTOMER, "amount": TOTAL, "received_at": START.isoformat()}


@asynccontextmanager
async def _connection(url: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def _answered(url: str, request: bytes) -> tuple[int, str, dict[str, Any]]:
    """Send bytes, read until the gateway closes, and return status, slug and problem of its answer."""
    async with _connection(url) as (reader, writer):
        writer.write(request)
        async with asyncio.timeout(20):
            answer = await reader.read()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head, answer
    problem = json.loads(body)
    assert int(head.split()[1]) == problem["status"]
    return problem["status"], problem["type"].removeprefix("urn:thungan:problem:"), problem


def _request(token: str | None, body: bytes, *more: str, **headers: str) -> bytes:
    lines = {
        "Host": "a",
        "Connection": "close",
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": str(new_id()),
        "Content-Length": str(len(body)),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = ["POST /v1/payments HTTP/1.1", *(f"{name}: {value}" for name, value in lines.items()), *more, "", ""]
    return "\r\n".join(head).encode("latin-1") + body


# --- deadlines -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "begun", [b"GET /v1/me HTTP/1.1\r\nHost: a\r\n", b"GET /v1/", b"POST /v1/payments HTTP/1.1\r\nA: "]
)
async def test_headers_that_do_not_end_in_time_end_the_connection(system: GatewaySystem, begun: bytes) -> None:
    async with system.gateway(header_timeout=0.2) as url:
        assert (await _answered(url, begun))[:2] == (408, "request-too-slow")


async def test_a_connection_that_sends_nothing_is_closed(system: GatewaySystem) -> None:
    async with system.gateway(header_timeout=0.2) as url, _connection(url) as (reader, _), asyncio.timeout(20):
        assert await reader.read() == b""


async def test_headers_that_drip_do_not_move_the_deadline(system: GatewaySystem) -> None:
    async with system.gateway(header_timeout=0.3) as url, _connection(url) as (reader, writer):
        writer.write(b"GET /v1/me HTTP/1.1\r\n")
        closed = asyncio.create_task(reader.read())
        async with asyncio.timeout(20):
            while not closed.done():
                writer.write(b"A")
                await asyncio.wait([closed], timeout=0.02)
        # The answer may be lost: bytes that nobody reads any more reset the connection.
        with suppress(ConnectionResetError):
            assert closed.result().startswith(b"HTTP/1.1 408 ")


async def test_a_connection_is_kept_between_two_requests_and_closed_when_it_stays_idle(system: GatewaySystem) -> None:
    request = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    async with (
        system.gateway(header_timeout=0.2, idle_timeout=0.5) as url,
        _connection(url) as (reader, writer),
        asyncio.timeout(20),
    ):
        for _ in range(2):
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 ")
            await reader.readuntil(b"}")
        assert await reader.read() == b""


async def test_a_body_that_does_not_come_whole_in_time_is_answered_and_ends_the_connection(
    system: GatewaySystem,
) -> None:
    async with system.gateway(body_timeout=0.2) as system.url:
        token = (await system.phone()).token
        request = _request(token, b"{", Content_Length="500")
        assert (await _answered(system.url, request))[:2] == (408, "request-too-slow")


# --- peers that do not read, and crowds ------------------------------------------------------------------------

_LONG_ANSWER = b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n"


@asynccontextmanager
async def _small_socket(url: str) -> AsyncIterator[socket.socket]:
    """A connection whose own system keeps little that was not read."""
    parts = urlsplit(url)
    with socket.socket() as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        made.setblocking(False)
        await asyncio.get_running_loop().sock_connect(made, (parts.hostname, parts.port))
        yield made


async def _send_for_ever(peer: socket.socket, data: bytes) -> None:
    """Send and read nothing. A connection that is gone is reset by it; one that is not takes no more at some point."""
    while True:
        await asyncio.get_running_loop().sock_sendall(peer, data)


async def test_a_peer_that_never_reads_its_answers_is_cut_off(system: GatewaySystem) -> None:
    async with (
        system.gateway(write_timeout=0.3, idle_timeout=60) as url,
        _small_socket(url) as peer,
        asyncio.timeout(20),
    ):
        with pytest.raises(ConnectionError):
            await _send_for_ever(peer, _LONG_ANSWER)


async def test_a_peer_that_reads_slowly_gets_all_its_answers(system: GatewaySystem) -> None:
    loop = asyncio.get_running_loop()
    last = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    async with system.gateway(write_timeout=0.3) as url, _small_socket(url) as peer, asyncio.timeout(60):
        await loop.sock_sendall(peer, _LONG_ANSWER * 10 + last)
        answers = 0
        tail = b""
        while piece := await loop.sock_recv(peer, 2048):
            tail = tail[-8:] + piece
            answers += tail.count(b"HTTP/1.1 200")
    assert answers == 11


async def test_a_stream_that_never_reads_is_cut_off(system: GatewaySystem) -> None:
    """Its own pings are answered, and nobody takes the answers."""
    loop = asyncio.get_running_loop()
    shake = (
        b"GET /v1/stream HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    ping = b"\x89\xfd\x00\x00\x00\x00" + b"a" * 125
    async with (
        system.gateway(write_timeout=0.3, hello_timeout=60, heartbeat=60) as url,
        _small_socket(url) as peer,
        asyncio.timeout(20),
    ):
        await loop.sock_sendall(peer, shake)
        with pytest.raises(ConnectionError):
            await _send_for_ever(peer, ping * 500)


async def _served(stack: AsyncExitStack, url: str) -> bool:
    """Open a connection that stays open; False when it is refused."""
    reader, writer = await stack.enter_async_context(_connection(url))
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    async with asyncio.timeout(20):
        # A refused connection may be reset before its answer is read.
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            return (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 200 ")
    return False


async def test_an_address_holds_so_many_connections_and_gets_new_ones_for_those_that_end(
    system: GatewaySystem,
) -> None:
    async with system.gateway(connections_per_address=2) as url:
        async with AsyncExitStack() as held:
            assert [await _served(held, url) for _ in range(2)] == [True, True]
            # Nothing has to be sent to be refused.
            assert (await _answered(url, b""))[:2] == (429, "too-many-requests")
            assert not await _served(held, url)
        async with AsyncExitStack() as held:
            await wait_until(lambda: _served(held, url))


async def test_the_connections_of_a_proxy_are_not_counted_but_each_callers_streams_are(system: GatewaySystem) -> None:
    async with system.gateway(connections_per_address=1, proxy_hops=1) as url, AsyncExitStack() as held:
        assert [await _served(held, url) for _ in range(3)] == [True] * 3

        async def opened(address: str) -> int:
            try:
                socket = await system.session.ws_connect(f"{url}/v1/stream", headers={"X-Forwarded-For": address})
            except aiohttp.WSServerHandshakeError as refused:
                return refused.status
            held.push_async_callback(socket.close)
            return 101

        assert [await opened(address) for address in ("10.0.0.1", "10.0.0.1", "10.0.0.2")] == [101, 429, 101]


# --- two readings --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "twice",
    [
        "Idempotency-Key: 0199d5b0-7c1e-7000-8000-000000000001",
        "authorization: Bearer tn_other",
        "X-Correlation-Id: abcdefgh",
    ],
)
async def test_a_header_that_comes_twice_is_refused(gateway: GatewaySystem, twice: str) -> None:
    token = (await gateway.phone()).token
    request = _request(token, json.dumps(PAYMENT).encode(), twice, X_Correlation_Id="hgfedcba")
    status, slug, problem = await _answered(gateway.url, request)
    assert (status, slug) == (400, "ambiguous-request")
    assert [error["field"] for error in problem["facts"]["errors"]] == [twice.partition(":")[0].lower()]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"method": "cash", "amount": 1, "amount": 2}', "amount"),
        (b'{"method": "cash", "method": "transfer"}', "method"),
        (b'{"method": "cash", "a": [{"b": 1, "\\u0062": 2}]}', "b"),
    ],
)
async def test_a_member_that_comes_twice_is_refused(gateway: GatewaySystem, body: bytes, field: str) -> None:
    token = (await gateway.phone()).token
    status, slug, problem = await _answered(gateway.url, _request(token, body))
    assert (status, slug) == (400, "ambiguous-request")
    assert problem["facts"] == {"errors": [{"location": "body", "field": field, "message": "is given more than once"}]}


@pytest.mark.parametrize("query", ["%ff%fe", "%c0%af", "%ed%a0%80"])
async def test_a_parameter_that_is_not_utf8_is_refused(gateway: GatewaySystem, query: str) -> None:
    token = (await gateway.phone()).token
    head = f"GET /v1/customers?query={query} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {token}"
    status, slug, problem = await _answered(gateway.url, f"{head}\r\n\r\n".encode())
    assert (status, slug) == (422, "invalid-request")
    assert problem["facts"]["errors"][0]["message"] == "is not UTF-8"


async def test_a_body_in_any_encoding_but_plain_utf8_is_refused(gateway: GatewaySystem) -> None:
    token = (await gateway.phone()).token
    plain = json.dumps(PAYMENT)
    chunked = _request(token, b"", Transfer_Encoding="gzip, chunked") + b"2\r\n{}\r\n0\r\n\r\n"
    gzipped = chunked.replace(b"Content-Length: 0\r\n", b"")
    for request in (
        _request(token, gzip.compress(plain.encode()), Content_Encoding="gzip"),
        _request(token, plain.encode(), Content_Encoding="identity"),
        gzipped,
        _request(token, plain.encode("utf-16"), Content_Type="application/json; charset=utf-16"),
    ):
        assert (await _answered(gateway.url, request))[:2] == (415, "encoded-body")


@pytest.mark.parametrize(
    "body",
    [b"[" * 30_000, b'{"amount": 1.0, "x": ' + b"9" * 20_000 + b"}", b'{"amount": 1e400}', b'{"amount": NaN}', b"\xff"],
)
async def test_what_readers_of_json_choke_on_is_refused(gateway: GatewaySystem, body: bytes) -> None:
    token = (await gateway.phone()).token
    assert (await _answered(gateway.url, _request(token, body)))[0] in {400, 422}


# --- no HTTP -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sent",
    [
        b"NONSENSE\r\n\r\n",
        b"GET /v1/me HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n",
        b"GET /v1/me HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /v1/enrolments HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        b"POST /v1/enrolments HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
async def test_what_is_no_http_is_refused_as_a_problem_that_repeats_nothing(
    gateway: GatewaySystem, sent: bytes
) -> None:
    status, slug, problem = await _answered(gateway.url, sent)
    assert (status, slug) == (400, "malformed-request")
    assert "aaaa" not in json.dumps(problem)


@pytest.mark.parametrize("chunks", [b"zz\r\n{}\r\n0\r\n\r\n", b"2\r\n{}xx\r\n0\r\n\r\n"])
async def test_chunks_that_do_not_add_up_are_refused(gateway: GatewaySystem, chunks: bytes) -> None:
    token = (await gateway.phone()).token
    request = _request(token, b"", Transfer_Encoding="chunked").replace(b"Content-Length: 0\r\n", b"")
    assert (await _answered(gateway.url, request + chunks))[0] == 400


@pytest.mark.parametrize(
    ("request_line", "status"), [("POST /v1/stream", 405), ("GET /v1/stream", 426), ("GET http://[::1/v1/me", 400)]
)
async def test_odd_requests_are_problems(gateway: GatewaySystem, request_line: str, status: int) -> None:
    request = f"{request_line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    assert (await _answered(gateway.url, request.encode()))[0] == status


@pytest.mark.parametrize(
    "request_head",
    [
        "GET /healthz HTTP/2.0\r\nHost: a\r\n",
        "GET /healthz HTTP/0.9\r\nHost: a\r\n",
        "GET /v1/stream HTTP/2.0\r\nHost: a\r\n",
        "POST /v1/enrolments HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n",
    ],
)
async def test_a_request_whose_end_a_proxy_may_see_elsewhere_is_refused_and_nothing_after_it_is_read(
    gateway: GatewaySystem, request_head: str
) -> None:
    """``_answered`` reads until the gateway closes: the second request gets no answer."""
    sent = f"{request_head}\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    assert (await _answered(gateway.url, sent.encode()))[:2] == (400, "malformed-request")


async def test_a_handshake_without_its_key_is_a_problem(gateway: GatewaySystem) -> None:
    request = b"GET /v1/stream HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n"
    assert (await _answered(gateway.url, request))[0] == 400


async def test_an_expectation_that_nobody_fulfils_is_a_problem(gateway: GatewaySystem) -> None:
    request = b"GET /v1/me HTTP/1.1\r\nHost: a\r\nExpect: cake\r\nConnection: close\r\n\r\n"
    assert (await _answered(gateway.url, request))[0] == 417


@pytest.mark.parametrize("token", ["\xff", "t\xe9", "\x80"])
async def test_a_token_of_other_bytes_than_ascii_is_not_known(gateway: GatewaySystem, token: str) -> None:
    request = f"GET /v1/me HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
    assert (await _answered(gateway.url, request.encode("latin-1")))[:2] == (401, "not-authenticated")
