"""A provider of the interface that ``services/invoice/authority/provider.py`` asks, with the authority behind it.

It checks messages, keeps them by their codes, answers 999 at once and the result when it is asked, and fails on demand:
``PUT /_faults`` has a JSON list, one fault for each of the next requests; ``GET /_messages`` shows what it has.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import uuid4

from aiohttp import web
from lxml import etree

from simulation.tax_authority.validation import faults_of

_RESULTS = {
    "203": ("204", "<DLTBao><LTBao>{0}</LTBao>{1}</DLTBao>", "2", "3"),
    "300": ("301", "<DLTBao><DSHDon><HDon><TTTNCCQT>{0}</TTTNCCQT>{1}</HDon></DSHDon></DLTBao>", "1", "2"),
    "400": ("204", "<DLTBao><LTBao>{0}</LTBao>{1}</DLTBao>", "2", "3"),
}


class Fault(StrEnum):
    """What it can do wrong with a request."""

    AWAY = "away"
    """Not taken: 503."""
    ANSWER_LOST = "answer_lost"
    """Taken; the connection ends without an answer."""
    SILENT = "silent"
    """Taken; nothing is answered but 202."""
    NONSENSE = "nonsense"
    """Taken; the answer cannot be read."""
    NOT_TAKEN = "not_taken"
    """The technical answer is bad (999, TTTNhan 1)."""
    NO_FORM = "no_form"
    """The message is called unreadable (-1)."""
    REFUSED = "refused"
    """Taken; the authority finds an error (204, 301)."""
    FORGOTTEN = "forgotten"
    """Taken, answered with 999, and lost."""
    LATE = "late"
    """Taken; answered when nobody waits for it any more."""
    DOUBLED = "doubled"
    """Taken; each answer comes twice."""


@dataclass
class Taken:
    """A message that it has."""

    document: bytes
    kind: str
    times: int = 1
    is_refused: bool = False
    answers: list[str] = field(default_factory=list)


@dataclass
class StandIn:
    """Provider and authority."""

    token: str = ""
    code: str = "V0000000001"
    messages: dict[str, Taken] = field(default_factory=dict)
    conflicts: list[str] = field(default_factory=list)
    """Codes under which another content came."""
    refused: list[tuple[str, list[str]]] = field(default_factory=list)
    """What was not taken, and why."""
    next_faults: deque[Fault] = field(default_factory=deque)
    url: str = ""
    late_seconds: float = 1.0

    def fail(self, *faults: Fault) -> None:
        """Let the next requests fail, one after the other."""
        self.next_faults.extend(faults)

    def take_back(self, fault: Fault) -> int:
        """Let no further request fail so; return how many were still to."""
        left = [each for each in self.next_faults if each is not fault]
        taken_back = len(self.next_faults) - len(left)
        self.next_faults = deque(left)
        return taken_back

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator["StandIn"]:
        """Serve on loopback for as long as the block lasts."""
        application = web.Application(client_max_size=64 << 20)
        application.add_routes(
            [
                web.put("/messages/{code}", self._send),
                web.get("/messages/{code}/answers", self._answers),
                web.put("/_faults", self._set_faults),
                web.get("/_messages", self._show),
            ]
        )
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _send(self, request: web.Request) -> web.StreamResponse:
        if self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.Response(status=401)
        fault = self.next_faults.popleft() if self.next_faults else None
        code, document = request.match_info["code"], await request.read()
        if fault is Fault.AWAY:
            return web.Response(status=503)
        if fault is Fault.NO_FORM:
            body = "<TBao><DSLDo><LDo><MTa>unreadable</MTa></LDo></DSLDo></TBao>"
            return web.json_response([self._answer("-1", code, body)])
        if (known := self.messages.get(code)) is not None:
            known.times += 1
            self.conflicts += [code] if known.document != document else []
            return web.json_response(known.answers)
        answers = self._taken(code, document, fault)
        if fault is Fault.ANSWER_LOST:
            assert request.transport is not None  # noqa: S101 - a stand-in
            request.transport.close()
        if fault is Fault.LATE:
            await asyncio.sleep(self.late_seconds)
        if fault is Fault.SILENT:
            return web.Response(status=202)
        return web.json_response(["<TDiep"] if fault is Fault.NONSENSE else answers)

    def _taken(self, code: str, document: bytes, fault: Fault | None) -> list[str]:
        """Check and keep a message; return the technical answer."""
        faults = faults_of(document)
        if not faults and code != etree.fromstring(document).findtext("TTChung/MTDiep"):
            faults.append("the code is not that of the address")
        if faults or fault is Fault.NOT_TAKEN:
            self.refused.append((code, faults))
            reasons = "".join(f"<LDo><MTa>{_escaped(each)}</MTa></LDo>" for each in faults or ["not taken"])
            return [self._answer("999", code, f"<TBao><TTTNhan>1</TTTNhan><DSLDo>{reasons}</DSLDo></TBao>")]
        kind = etree.fromstring(document).findtext("TTChung/MLTDiep") or ""
        taken = Taken(document, kind, is_refused=fault is Fault.REFUSED)
        taken.answers.append(self._answer("999", code, "<TBao><TTTNhan>0</TTTNhan></TBao>"))
        if fault is not Fault.FORGOTTEN:
            self.messages[code] = taken
        return taken.answers * (2 if fault is Fault.DOUBLED else 1)

    async def _answers(self, request: web.Request) -> web.StreamResponse:
        taken = self.messages.get(code := request.match_info["code"])
        if taken is None:
            return web.Response(status=404)
        if len(taken.answers) == 1:
            kind, body, good, bad = _RESULTS[taken.kind]
            reason = "<DSLDo><LDo><MTLoi>số hóa đơn không hợp lệ</MTLoi></LDo></DSLDo>" if taken.is_refused else ""
            content = body.format(bad if taken.is_refused else good, reason)
            taken.answers.append(self._answer(kind, code, f"<TBao>{content}</TBao>"))
        return web.json_response(taken.answers)

    async def _set_faults(self, request: web.Request) -> web.StreamResponse:
        self.next_faults = deque(Fault(each) for each in json.loads(await request.read()))
        return web.Response(status=204)

    async def _show(self, _request: web.Request) -> web.StreamResponse:
        shown = {code: {"kind": each.kind, "times": each.times} for code, each in self.messages.items()}
        return web.json_response({"messages": shown, "conflicts": self.conflicts, "refused": self.refused})

    def _answer(self, kind: str, about: str, body: str) -> str:
        own = f"{self.code}{uuid4().hex.upper()}"
        return (
            f"<TDiep><TTChung><PBan>2.1.0</PBan><MNGui>{self.code}</MNGui><MLTDiep>{kind}</MLTDiep>"
            f"<MTDiep>{own}</MTDiep><MTDTChieu>{about}</MTDTChieu></TTChung><DLieu>{body}</DLieu></TDiep>"
        )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
