"""The server of a stand-in: it accepts SMS, keeps what it accepted, answers, reports, and fails on demand.

Beside the provider's own address there are ``GET /_accepted`` (every SMS that it has "sent", the same reference twice
where it sent twice; ``DELETE`` forgets them), ``PUT /_faults`` (a JSON list: one fault a request, in order, before
those of the command line; ``?of=tokens``: of requests for tokens), ``POST /_report`` (``{"index", "failed"}``: report
an SMS now) and ``PUT /_report_url`` (a JSON text).
"""

import asyncio
import json
import random
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from simulation.providers.faults import Fault
from simulation.providers.kinds import Kind, Order, Report

_REFUSALS = {
    Fault.REFUSE,
    Fault.BAD_NUMBER,
    Fault.UNREGISTERED,
    Fault.TOKEN_EXPIRED,
    Fault.NO_ACCOUNT,
    Fault.QUIET_HOURS,
}
_REPORT_TRIES = 5


@web.middleware
async def _explain(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer a command that cannot be followed with the reason."""
    try:
        return await handler(request)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if not request.path.startswith("/_"):
            raise
        return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)


@dataclass
class StandIn:
    """One provider."""

    kind: Kind
    faults: tuple[Fault, ...] = ()
    """For every request."""
    shares: Mapping[Fault, float] = field(default_factory=dict)
    """Faults that happen now and then: to which share of the requests; one fault a request."""
    seed: int = 0
    """Of what happens by share."""
    report_url: str | None = None
    record: Path | None = None
    """A file to which each accepted SMS is appended, one JSON object a line."""
    late_seconds: float = 30.0
    accepted: list[tuple[Order, str]] = field(default_factory=list)
    _forgotten: int = 0
    _random: random.Random = field(default_factory=random.Random)
    _next_faults: deque[tuple[Fault, ...]] = field(default_factory=deque)
    _token_faults: deque[tuple[Fault, ...]] = field(default_factory=deque)
    _known: dict[str, str] = field(default_factory=dict)
    _reports: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin what happens by share at its seed."""
        self._random.seed(self.seed)

    def app(self) -> web.Application:
        """Return the server."""
        app = web.Application(middlewares=[_explain])
        app.router.add_get("/_accepted", self._list)
        app.router.add_delete("/_accepted", self._forget)
        app.router.add_put("/_faults", self._plan)
        app.router.add_post("/_report", self._report_now)
        app.router.add_put("/_report_url", self._set_report_url)
        app.router.add_route("*", self.kind.send_path, self._send)
        if (path := getattr(self.kind, "status_path", None)) is not None:
            app.router.add_get(path, self._status)
        if (path := getattr(self.kind, "token_path", None)) is not None:
            app.router.add_post(path, self._token)
        return app

    async def _status(self, request: web.Request) -> web.Response:
        kind: Any = self.kind
        return web.json_response(kind.status(self.accepted, request.query))

    async def _token(self, request: web.Request) -> web.StreamResponse:
        kind: Any = self.kind
        asked = {name: str(value) for name, value in (await request.post()).items()}
        answer = kind.token(asked)
        faults = self._token_faults.popleft() if self._token_faults else ()
        return await self._answer(request, json.dumps(answer), faults)

    async def _list(self, _request: web.Request) -> web.Response:
        return web.json_response([asdict(order) | {"reference": reference} for order, reference in self.accepted])

    async def _forget(self, _request: web.Request) -> web.Response:
        self._forgotten += len(self.accepted)
        self.accepted.clear()
        self._known.clear()
        return web.Response(status=204)

    async def _plan(self, request: web.Request) -> web.Response:
        planned: Iterable[str | list[str]] = await request.json()
        found = deque(tuple(Fault(name) for name in (one if isinstance(one, list) else [one])) for one in planned)
        if request.query.get("of") == "tokens":
            self._token_faults = found
        else:
            self._next_faults = found
        return web.Response(status=204)

    async def _set_report_url(self, request: web.Request) -> web.Response:
        url = await request.json()
        if url is not None and not (isinstance(url, str) and url.startswith(("http://", "https://"))):
            raise ValueError("an address or null")
        self.report_url = url
        return web.Response(status=204)

    async def _report_now(self, request: web.Request) -> web.Response:
        asked = await request.json()
        index = int(asked["index"])
        if not 0 <= index < len(self.accepted):
            raise ValueError(f"there are {len(self.accepted)} SMS, counted from 0; index is {index}")
        if self.report_url is None:
            raise ValueError("no address for reports is set: PUT /_report_url")
        order, reference = self.accepted[index]
        await self._deliver(self.kind.report(order, reference, failed=bool(asked.get("failed", False))))
        return web.Response(status=204)

    async def _send(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        try:
            order = self.kind.order(request.headers, request.query, body)
        except (ValueError, KeyError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
        barred = getattr(self.kind, "barred", lambda _headers: None)(request.headers)
        if barred is not None:
            return web.json_response(barred)
        faults = self._next_faults.popleft() if self._next_faults else (*self.faults, *self._by_share())
        if refused := self._refused(faults):
            return refused
        reference, known = self._accept(order)
        answer = json.dumps(self.kind.accepted(reference, known=known))
        await self._report(order, reference, faults)
        return await self._answer(request, answer, faults)

    def _by_share(self) -> Iterable[Fault]:
        drawn = self._random.random()
        for fault, share in self.shares.items():
            if drawn < share:
                return (fault,)
            drawn -= share
        return ()

    def _refused(self, faults: tuple[Fault, ...]) -> web.Response | None:
        if Fault.THROTTLE in faults:
            return web.json_response({"message": "too fast"}, status=429, headers={"Retry-After": "2"})
        if Fault.PROXY_ERROR in faults:
            return web.Response(status=502, text="<html>Bad Gateway</html>")
        if Fault.REDIRECT in faults:
            return web.Response(status=302, headers={"Location": f"{self.kind.send_path}?elsewhere=1"})
        refusals = [fault for fault in faults if fault in _REFUSALS]
        return web.json_response(self.kind.refused(refusals[0])) if refusals else None

    def _accept(self, order: Order) -> tuple[str, bool]:
        if self.kind.remembers and (known := self._known.get(order.client_reference or "")):
            return known, True
        reference = str(70_000_001 + self._forgotten + len(self.accepted))
        if getattr(self.kind, "letters_in_references", False):
            reference = f"a1b2c3d4e5f6{reference}"
        self.accepted.append((order, reference))
        if order.client_reference:
            self._known[order.client_reference] = reference
        if self.record is not None:
            with self.record.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(order) | {"reference": reference}, ensure_ascii=False) + "\n")
        return reference, False

    async def _answer(self, request: web.Request, answer: str, faults: tuple[Fault, ...]) -> web.StreamResponse:
        if Fault.ANSWER_LOST in faults:
            assert request.transport is not None  # noqa: S101  the request has just come over it
            request.transport.abort()
            return web.Response()
        if Fault.NEVER in faults:
            await asyncio.Event().wait()
        if Fault.LATE in faults:
            await asyncio.sleep(self.late_seconds)
        if Fault.SERVER_ERROR in faults:
            return web.json_response({"message": "internal error"}, status=500)
        if Fault.DOUBLED in faults:
            answer += answer
        if Fault.WRONG_JSON in faults:
            answer = answer[: len(answer) // 2]
        if Fault.HUGE in faults:
            answer = answer[:-1] + " " * 1_000_000 + "}"
        return web.Response(text=answer, content_type="application/json")

    async def _report(self, order: Order, reference: str, faults: tuple[Fault, ...]) -> None:
        if self.report_url is None or Fault.REPORT_NEVER in faults:
            return
        if Fault.REPORT_OTHER_CASE in faults:
            reference = reference.upper()
        report = self.kind.report(order, reference, failed=Fault.REPORT_FAILED in faults)
        times = 2 if Fault.REPORT_TWICE in faults else 1
        if Fault.REPORT_FIRST in faults:
            for _ in range(times):
                await self._deliver(report)
            return
        for _ in range(times):
            task = asyncio.create_task(self._deliver(report))
            self._reports.add(task)
            task.add_done_callback(self._reports.discard)

    async def _deliver(self, report: Report) -> None:
        """Call the address for reports, again where it does not answer 2xx."""
        assert self.report_url is not None  # noqa: S101  asked for before
        timeout = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            for tried in range(_REPORT_TRIES):
                try:
                    async with session.request(
                        report.method, self.report_url, params=report.query, json=report.body
                    ) as answer:
                        if answer.status < 300:
                            return
                except (aiohttp.ClientError, TimeoutError):
                    pass
                await asyncio.sleep(2.0**tried / 4)
