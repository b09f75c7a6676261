"""The present day for browsers of the office, by server-sent events (``text/event-stream``).

A stream begins with the whole day, or with nothing where the browser has it already (``Last-Event-ID``); then come the
routes that change. It ends with its session, and with the rights that it was opened with. It keeps no session alive.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from aiohttp import web

from services.gateway.access import admission
from services.gateway.dependencies import Dependencies
from services.gateway.domain.staff import READERS, StaffMember
from services.gateway.edge import problems
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.server import EVENTS, SECURITY_HEADERS, address_of
from services.gateway.edge.types import Nothing, Outgoing
from services.gateway.live_day.update import KnownDay
from services.gateway.live_day.watches import DayWatch, DayWatches
from services.gateway.store import staff_sessions
from shared.clock import business_day
from shared.problems import Busy

log = structlog.get_logger()

RETRY = b"retry: 2000\n\n"
"""Milliseconds after which a browser comes back to a stream that broke off."""
ALIVE = b"event: alive\ndata: 1\n\n"
"""Browsers do not show comments to their pages: a page knows by this that its stream lives."""

_HEADERS = {
    **SECURITY_HEADERS,
    "Content-Type": "text/event-stream; charset=utf-8",
    # Proxies collect answers otherwise, until much of them is there.
    "X-Accel-Buffering": "no",
}


async def _not_called(_call: Call[Any, Any, Any], _dependencies: Dependencies) -> Outgoing:
    raise NotImplementedError("a stream has no single answer")


WATCH_DAY: AnyOperation = Operation(
    method="GET",
    path=EVENTS,
    name="watchDay",
    tag="days",
    summary="Be told how the present day goes",
    handler=_not_called,
    query_model=Nothing,
    roles=frozenset(),
    staff=READERS,
)
"""Who may open a stream; it is no operation of the table, because it has no single answer."""


@dataclass(slots=True, eq=False)
class _Browser:
    """One open stream."""

    member: StaffMember
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    ending: bytes | None = None
    """The last that it is sent."""

    def end(self, because: str = "") -> None:
        """End the stream; with a reason the browser does not come back by itself."""
        if self.ending is None:
            self.ending = f'event: ended\ndata: {{"because": "{because}"}}\n\n'.encode() if because else b""
        self.woken.set()


class DayStreams:
    """Serves the streams; a session has one, so that a browser with many windows costs no more than with one."""

    def __init__(self, dependencies: Dependencies, watches: DayWatches) -> None:
        self._dependencies = dependencies
        self._watches = watches
        self._admit = admission(dependencies, attended=False)
        self._browsers: dict[UUID, _Browser] = {}
        self._draining = False

    def __len__(self) -> int:
        return len(self._browsers)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Send the day until the browser leaves, or the session ends."""
        if self._draining:
            return problems.problem_response(Busy())
        member = await self._admit(WATCH_DAY, request, address_of(request, self._dependencies.settings.hops))
        assert isinstance(member, StaffMember)  # noqa: S101 - no device has a role that may
        browser = _Browser(member)
        older = self._browsers.get(member.session_id)
        if older is not None:
            older.end("replaced")
        self._browsers[member.session_id] = browser
        response = web.StreamResponse(headers=_HEADERS)
        try:
            async with self._watches.watching(member.unit_codes, self._read(member.unit_codes), browser.woken) as watch:
                await response.prepare(request)
                await response.write(RETRY)
                await self._send(browser, watch, request.headers.get("Last-Event-ID", ""), response)
        except ConnectionError:
            log.info("day_stream_lost")
        finally:
            if self._browsers.get(member.session_id) is browser:
                del self._browsers[member.session_id]
        return response

    async def _send(self, browser: _Browser, watch: DayWatch, last_event_id: str, response: web.StreamResponse) -> None:
        version = watch.version_of(last_event_id)
        while browser.ending is None:
            browser.woken.clear()
            event, version = watch.after(version), watch.version
            if event:
                await response.write(event)
                continue
            try:
                async with asyncio.timeout(self._dependencies.settings.heartbeat):
                    await browser.woken.wait()
            except TimeoutError:
                await response.write(ALIVE)
        if browser.ending:
            await response.write(browser.ending)
        await response.write_eof()

    def _read(self, units: list[str]) -> Any:
        dependencies = self._dependencies

        async def read(moment: float) -> KnownDay:
            day = business_day(dependencies.clock())
            figures, signs = await asyncio.gather(
                dependencies.days.figures_after(moment, day, units, dependencies),
                dependencies.signs.signs(units, dependencies),
            )
            return KnownDay.of(day, figures, signs)

        return read

    async def end_with_sessions(self) -> None:
        """End the streams whose sessions have ended, or whose people have other rights by now."""
        if not self._browsers:
            return
        now, settings = self._dependencies.clock(), self._dependencies.settings
        # Those that open a stream while the database answers were not asked about.
        asked = list(self._browsers.items())
        async with self._dependencies.database() as connection:
            rights = await staff_sessions.rights_of(
                connection,
                [session_id for session_id, _ in asked],
                idle_since=now - timedelta(seconds=settings.session_idle_end),
                begun_after=now - timedelta(seconds=settings.session_end),
            )
        for session_id, browser in asked:
            found = rights.get(session_id)
            if found is None:
                browser.end("session")
            elif found != (browser.member.units, browser.member.roles):
                # It comes back, and is let in or refused by what it may now.
                browser.end()

    def drain(self) -> None:
        """End all streams, because this copy stops: the browsers come back to another one."""
        self._draining = True
        for browser in self._browsers.values():
            browser.end()
