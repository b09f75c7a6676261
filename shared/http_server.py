"""An HTTP server with deadlines for headers, readers and idle connections, in which every refusal is a problem.

aiohttp has one time limit for a connection that sends no request, an hour by default, and answers what it cannot read
with a line of text that repeats what came. Here a peer that has begun a request ends its headers within
``header_seconds``, a silent one is let go after ``idle_seconds``, and protocol errors are ``application/problem+json``.
The deadline of a body is its reader's.

A peer that does not read keeps its connection, and what is written to it, for as long as it likes. Here bytes that wait
for a peer are taken within ``write_seconds``, or the connection ends; no answer is made before the one before it is
taken. One address may hold so many connections.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

import structlog
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from shared.problems import Problem

log = structlog.get_logger()

PROBLEM_JSON = "application/problem+json"
LINGERING_SECONDS = 2.0
"""How long the rest of an unwanted body is read, so that the peer sees the answer before the connection ends."""

RETRY_SECONDS = 5
LEAST_TAKEN = 4096
"""Bytes. A peer that takes fewer within ``write_seconds`` counts as one that does not read."""


class Unreadable(Problem):
    """What came is no HTTP that this server reads."""

    slug = "malformed-request"
    status = 400
    title = "The request cannot be read"
    usual_detail = "Yêu cầu không đúng giao thức HTTP."


class TooSlow(Problem):
    """A request did not come whole in time."""

    slug = "request-too-slow"
    status = 408
    title = "The request came too slowly"
    usual_detail = "Yêu cầu gửi lên quá chậm."


class TooManyConnections(Problem):
    """One network address holds too many connections."""

    slug = "too-many-requests"
    status = 429
    title = "Too many connections from one address"
    usual_detail = "Quá nhiều kết nối từ cùng một địa chỉ mạng; hãy thử lại sau ít giây."


def _plain(problem: Problem) -> bytes:
    body = json.dumps(problem.as_dict(), ensure_ascii=False).encode()
    head = (
        f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}\r\nContent-Type: {PROBLEM_JSON}\r\n"
        f"Content-Length: {len(body)}\r\nRetry-After: {RETRY_SECONDS}\r\n"
    )
    return f"{head}Connection: close\r\n\r\n".encode() + body


_LATE = _plain(TooSlow())
_CROWDED = _plain(TooManyConnections())


class HeldConnections:
    """How many connections each address holds; ``counted_as`` says which addresses count as one."""

    def __init__(self, most: int, counted_as: Callable[[str], str] = str) -> None:
        self._most = most
        self._counted_as = counted_as
        self._held: Counter[str] = Counter()

    def take(self, address: str) -> bool:
        """Count a connection; False when its address holds as many as it may."""
        caller = self._counted_as(address)
        if self._held[caller] >= self._most:
            return False
        self._held[caller] += 1
        return True

    def give_back(self, address: str) -> None:
        """Count a connection that was taken no more."""
        caller = self._counted_as(address)
        self._held[caller] -= 1
        if self._held[caller] <= 0:
            del self._held[caller]


class _Connection(RequestHandler):
    __slots__ = (
        "_has_begun",
        "_header_deadline",
        "_header_seconds",
        "_held",
        "_held_by",
        "_peer",
        "_unread",
        "_write_deadline",
        "_write_seconds",
    )

    def __init__(
        self,
        *arguments: Any,
        header_seconds: float,
        write_seconds: float,
        held: HeldConnections | None,
        **others: Any,
    ) -> None:
        super().__init__(*arguments, **others)
        self._header_seconds = header_seconds
        self._write_seconds = write_seconds
        self._held = held
        self._held_by: str | None = None
        """The address that this connection is counted for."""
        # Kept here: aiohttp forgets its transport when it closes, and bytes may wait in it still.
        self._peer: asyncio.Transport | None = None
        self._write_deadline: asyncio.TimerHandle | None = None
        self._unread = 0
        """Bytes that waited for the peer when the deadline was set."""
        self._header_deadline: asyncio.TimerHandle | None = None
        self._has_begun = False
        """Some of a request has come."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._peer = cast("asyncio.Transport", transport)
        # pause_writing is called as soon as a single byte waits for the peer.
        self._peer.set_write_buffer_limits(high=0)
        super().connection_made(transport)
        if not self._is_admitted():
            log.info("connection_refused")
            self._peer.write(_CROWDED)
            self.force_close()
            return
        # A new connection has as long for its first request as a request has for its headers.
        self._await_headers()

    def data_received(self, data: bytes) -> None:
        before = self._request_count
        super().data_received(data)
        self._has_begun = bool(data) and self._request_count == before
        if self._request_count > before:
            self._stop_deadline()
        elif data and self._header_deadline is None and self._waits_for_request():
            self._await_headers()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._stop_deadline()
        self._stop_write_deadline()
        self._peer = None
        if self._held is not None and self._held_by is not None:
            self._held.give_back(self._held_by)
            self._held_by = None
        super().connection_lost(exc)

    def _is_admitted(self) -> bool:
        if self._held is None or self._peer is None:
            return True
        name = self._peer.get_extra_info("peername")
        address = str(name[0]) if name else ""
        if not self._held.take(address):
            return False
        self._held_by = address
        return True

    # --- a peer that does not read -------------------------------------------------------------------------------

    def pause_writing(self) -> None:
        super().pause_writing()
        self._await_reader()

    def resume_writing(self) -> None:
        self._stop_write_deadline()
        super().resume_writing()

    def _await_reader(self) -> None:
        self._unread = self._peer.get_write_buffer_size() if self._peer is not None else 0
        self._write_deadline = asyncio.get_running_loop().call_later(self._write_seconds, self._reader_missed)

    def _reader_missed(self) -> None:
        self._write_deadline = None
        if self._peer is None:
            return
        if self._peer.get_write_buffer_size() <= self._unread - LEAST_TAKEN:
            self._await_reader()
            return
        log.info("peer_reads_nothing")
        self._peer.abort()

    def _stop_write_deadline(self) -> None:
        if self._write_deadline is not None:
            self._write_deadline.cancel()
            self._write_deadline = None

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        finished = await super().finish_response(request, resp, start_time)
        # One answer at a time: requests may come faster than their answers are read.
        if self.transport is not None:
            await self._drain_helper()
        return finished

    # --- headers that do not come --------------------------------------------------------------------------------

    def _waits_for_request(self) -> bool:
        return self._waiter is not None and not self._waiter.done()

    def _await_headers(self) -> None:
        self._header_deadline = asyncio.get_running_loop().call_later(self._header_seconds, self._headers_missed)

    def _headers_missed(self) -> None:
        self._header_deadline = None
        if self._waits_for_request():
            log.info("headers_missed")
            if self._has_begun and self.transport is not None:
                self.transport.write(_LATE)
            self.force_close()

    def _stop_deadline(self) -> None:
        if self._header_deadline is not None:
            self._header_deadline.cancel()
            self._header_deadline = None

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 repeats what came
    ) -> web.StreamResponse:
        if status < 500:
            log.info("request_unreadable", status=status, error=type(exc).__name__)
        else:
            log.error("request_failed", status=status, exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionError("an answer is under way already")
        problem = Unreadable(status=status) if status < 500 else Problem(slug="internal-error", status=status)
        response = _as_response(problem)
        response.force_close()
        return response


class _Server(web.Server):
    def __call__(self) -> RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """Runs an application on connections with deadlines."""

    async def _make_server(self) -> web.Server:
        plain = await super()._make_server()
        handle = plain.request_handler

        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            try:
                return await handle(request)
            except web.HTTPException as error:
                # Raised before any middleware: an Expect header that nobody fulfils.
                return error if error.status < 400 else _as_response(Unreadable(status=error.status))

        return _Server(answer, request_factory=plain.request_factory, loop=plain._loop, **plain._kwargs)


def _as_response(problem: Problem) -> web.Response:
    body = json.dumps(problem.as_dict(), ensure_ascii=False).encode()
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return web.Response(status=problem.status, body=body, headers=headers, content_type=PROBLEM_JSON)


def runner(
    app: web.Application,
    *,
    header_seconds: float,
    idle_seconds: float,
    write_seconds: float,
    shutdown_seconds: float,
    held: HeldConnections | None = None,
) -> web.AppRunner:
    """Return what runs an application; times are in seconds. ``held`` bounds the connections of each peer."""
    return Runner(
        app,
        access_log=None,
        shutdown_timeout=shutdown_seconds,
        keepalive_timeout=idle_seconds,
        lingering_time=LINGERING_SECONDS,
        # A compressed body is refused by whoever reads it; nothing is unpacked here.
        auto_decompress=False,
        header_seconds=header_seconds,
        write_seconds=write_seconds,
        held=held,
    )
