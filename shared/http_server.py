"""An HTTP server with deadlines for headers and idle connections, in which every refusal is a problem.

aiohttp has one time limit for a connection that sends no request, an hour by default, and answers what it cannot read
with a line of text that repeats what came. Here a peer that has begun a request ends its headers within
``header_seconds``, a silent one is let go after ``idle_seconds``, and protocol errors are ``application/problem+json``.
The deadline of a body is its reader's.
"""

import asyncio
import json
from typing import Any

import structlog
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from shared.problems import Problem

log = structlog.get_logger()

PROBLEM_JSON = "application/problem+json"
LINGERING_SECONDS = 2.0
"""How long the rest of an unwanted body is read, so that the peer sees the answer before the connection ends."""


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


def _plain(problem: Problem) -> bytes:
    body = json.dumps(problem.as_dict(), ensure_ascii=False).encode()
    head = (
        f"HTTP/1.1 {problem.status} Request Timeout\r\nContent-Type: {PROBLEM_JSON}\r\nContent-Length: {len(body)}\r\n"
    )
    return f"{head}Connection: close\r\n\r\n".encode() + body


_LATE = _plain(TooSlow())


class _Connection(RequestHandler):
    __slots__ = ("_has_begun", "_header_deadline", "_header_seconds")

    def __init__(self, *arguments: Any, header_seconds: float, **others: Any) -> None:
        super().__init__(*arguments, **others)
        self._header_seconds = header_seconds
        self._header_deadline: asyncio.TimerHandle | None = None
        self._has_begun = False
        """Some of a request has come."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
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
        super().connection_lost(exc)

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
    app: web.Application, *, header_seconds: float, idle_seconds: float, shutdown_seconds: float
) -> web.AppRunner:
    """Return what runs an application; times are in seconds."""
    return Runner(
        app,
        access_log=None,
        shutdown_timeout=shutdown_seconds,
        keepalive_timeout=idle_seconds,
        lingering_time=LINGERING_SECONDS,
        # A compressed body is refused by whoever reads it; nothing is unpacked here.
        auto_decompress=False,
        header_seconds=header_seconds,
    )
