"""A phone of an open load: it keeps its stream open, loses it, comes back as the app does, and prints what comes."""

import asyncio
import json
import random
import time
from typing import Any

from simulation.bench.lean_http import LeanHttp
from simulation.bench.lean_socket import LeanSocket

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0
_WELCOME_SECONDS = 15.0


class Paper:
    """A document that is waited for: when the phone was offered it, and when it was on paper (``time.monotonic``)."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.offered: asyncio.Future[float] = loop.create_future()
        self.printed: asyncio.Future[float] = loop.create_future()


class OpenPhone:
    """One enrolled phone. Its requests go over a connection of their own, so they survive the loss of the stream."""

    def __init__(self, url: str, token: str, device_id: str) -> None:
        self.http = LeanHttp(url, token)
        self.device_id = device_id
        self._url = url
        self._token = token
        self._socket: LeanSocket | None = None
        self._welcomed = asyncio.Event()
        self._lost = asyncio.Event()
        self._papers: dict[str, Paper] = {}
        self._jobs: dict[str, Paper] = {}
        self._done: dict[str, int] = {}
        """The attempt of each job that came out, until the gateway has acknowledged it."""
        self._waiting: set[str] = set()
        """Jobs that were offered on this stream and whose end is not acknowledged."""
        self._may_print_at_once = False
        self._resume: dict[str, Any] = {}
        self._keeping = asyncio.create_task(self._keep_open())

    @property
    def is_welcome(self) -> bool:
        """Whether its stream is open."""
        return self._welcomed.is_set()

    async def wait_until_welcome(self) -> None:
        """Wait until the gateway has greeted it."""
        await self._welcomed.wait()

    def expect(self, cause_id: str) -> Paper:
        """Return the document that a visit or a payment will bring."""
        paper = self._papers[cause_id] = Paper()
        return paper

    def drop(self) -> None:
        """Lose the stream without a closing handshake, as in a tunnel."""
        if self._socket is not None:
            self._socket.close()

    async def close(self) -> None:
        """Hang up for good."""
        self._keeping.cancel()
        await asyncio.gather(self._keeping, return_exceptions=True)
        self.drop()
        self.http.close()

    async def _keep_open(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            self._lost.clear()
            try:
                self._socket = await LeanSocket.open(self._url + "/v1/stream", self._take, self._lost.set)
                self._send("hello", token=self._token, holding=[], app_version="load", **self._resume)
                if await self._is_welcomed():
                    pause = _FIRST_PAUSE
                    await self._lost.wait()
                else:
                    self.drop()
            except OSError:
                pass  # refused, or reset: it comes back like any other loss
            finally:
                self._welcomed.clear()
            await asyncio.sleep(random.uniform(0, pause))
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _is_welcomed(self) -> bool:
        """Wait for the welcome, or for the loss of the connection."""
        waits = [asyncio.create_task(event.wait()) for event in (self._welcomed, self._lost)]
        try:
            await asyncio.wait(waits, timeout=_WELCOME_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        return self._welcomed.is_set()

    def _take(self, text: bytes) -> None:
        frame = json.loads(text)
        match frame["type"]:
            case "welcome":
                self._resume = {"epoch": frame["epoch"], "last_seq": frame["seq"]}
                self._may_print_at_once = bool(frame.get("print_at_once"))
                self._waiting.clear()
                self._welcomed.set()
                # What came out while the stream was lost, or whose acknowledgement was.
                for job_id, attempt in self._done.items():
                    self._report({"job_id": job_id, "attempt": attempt})
            case "job":
                self._offered(frame)
            case "confirmed":
                self._print(frame)
            case "acknowledged" if frame["state"] == "printing" and frame["job_id"] not in self._done:
                self._print(frame, announced=True)
            case "acknowledged" if frame["state"] == "printed":
                self._acknowledged(frame)
            case "account" | "customer" | "refresh":
                self._resume["last_seq"] = frame["seq"]

    def _offered(self, frame: dict[str, Any]) -> None:
        if self._done.get(frame["job_id"]) == frame["attempt"]:
            self._report(frame)
            return
        paper = self._papers.pop(frame.get("payment_id") or frame.get("visit_id") or "", None)
        if paper is not None:
            paper.offered.set_result(time.monotonic())
            self._jobs[frame["job_id"]] = paper
        about = {"job_id": frame["job_id"], "attempt": frame["attempt"]}
        if self._may_print_at_once and not self._waiting:
            self._send("printing", **about, at_once=True)
        else:
            self._send("accepted", **about)
        self._waiting.add(frame["job_id"])

    def _print(self, frame: dict[str, Any], *, announced: bool = False) -> None:
        if not announced:
            self._send("printing", job_id=frame["job_id"], attempt=frame["attempt"])
        self._done[frame["job_id"]] = frame["attempt"]
        self._report(frame)

    def _report(self, frame: dict[str, Any]) -> None:
        self._send("result", job_id=frame["job_id"], attempt=frame["attempt"], state="printed")

    def _acknowledged(self, frame: dict[str, Any]) -> None:
        self._done.pop(frame["job_id"], None)
        self._waiting.discard(frame["job_id"])
        paper = self._jobs.pop(frame["job_id"], None)
        if paper is not None:
            paper.printed.set_result(time.monotonic())

    def _send(self, kind: str, **members: Any) -> None:
        if self._socket is not None:
            self._socket.send(json.dumps({"type": kind, **members}))
