"""The phone's side of the stream: hello, resume, jobs, account updates, and coming back after every loss."""

import asyncio
import contextlib
import json
import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import aiohttp

from shared.contracts.gateway import PrintJobCause, PrintJobState
from simulation.phone.client import ApiClient
from simulation.phone.jobs import KeptJob, KeptJobs, Phase
from simulation.phone.printer import VirtualPrinter

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
_SILENT_BEFORE_WELCOME = 15.0
_OVER = frozenset({PrintJobState.CANCELLED, PrintJobState.EXPIRED})
_GOODBYE = 2.0
"""How long a phone waits for the other side of a closed connection, in seconds."""


class PhoneStream:
    """Keeps a stream open and prints what comes. ``on_change`` is called whenever something has happened."""

    def __init__(
        self,
        client: ApiClient,
        printer: VirtualPrinter,
        on_change: Callable[[], None],
        *,
        content: str = "document",
        printer_id: str | None = None,
    ) -> None:
        self._client = client
        self._printer = printer
        self._on_change = on_change
        self._hello = {"content": content, **({"printer_id": printer_id} if printer_id else {})}
        self.jobs = KeptJobs()
        self.updates: list[dict[str, Any]] = []
        """``account``, ``customer`` and ``refresh`` frames, in the order of their coming."""
        self.problems: list[dict[str, Any]] = []
        self.welcome: dict[str, Any] | None = None
        """The last ``welcome``, while the stream is open."""
        self.epoch: str | None = None
        self.sequence: int | None = None
        self.close_code: int | None = None
        """Why the stream was closed for good; None while it is kept open."""
        self.closed_with: int | None = None
        """With what code the stream was last closed, for good or not."""
        self.revoked = False
        self.connections = 0
        """How often the stream was opened."""
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._printable = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    # --- life --------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Open the stream and keep it open."""
        if not self._tasks:
            self.close_code = None
            self._tasks = [asyncio.create_task(self._keep_open()), asyncio.create_task(self._print_all())]

    async def stop(self) -> None:
        """Close the stream as a person who closes the app does; what the phone keeps is kept."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        if self._socket is not None:
            await self._socket.close()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        self._lost()
        for job in self.jobs:
            if job.phase is Phase.PRINTING:
                # The app was closed with bytes on their way: nobody knows what came out.
                job.phase, job.state, job.cause = Phase.DONE, PrintJobState.UNCONFIRMED, PrintJobCause.APP_CLOSED
        for end in ends:
            if isinstance(end, Exception):
                raise end

    def cut(self) -> None:
        """Lose the connection without a closing handshake, as in a tunnel; the phone comes back by itself."""
        if self._socket is not None:
            # aiohttp has no public way to drop a connection without a closing handshake.
            connection = self._socket._response.connection
            if connection is not None and connection.transport is not None:
                connection.transport.abort()

    def forget(self) -> None:
        """Lose the phone's storage, as when site data are cleared."""
        self.jobs.by_id.clear()
        self.epoch = self.sequence = None

    def _lost(self) -> None:
        self._socket = None
        self.welcome = None
        self._on_change()

    # --- connection --------------------------------------------------------------------------------------------------

    async def _keep_open(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            opened = self.connections
            with contextlib.suppress(aiohttp.ClientError, TimeoutError, ConnectionError):
                code = self.closed_with = await self._run()
                if code is not None and 4000 <= code < 4100:
                    self.close_code = code
                    self._lost()
                    return
            self._lost()
            if self.connections > opened:
                pause = _FIRST_PAUSE
            await asyncio.sleep(random.uniform(0, pause))
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _run(self) -> int | None:
        """Open the stream, serve it until it ends, and return its close code."""
        url = self._client.base_url.replace("http", "ws", 1) + "/v1/stream"
        patience = aiohttp.ClientWSTimeout(ws_close=_GOODBYE)
        async with self._client.session.ws_connect(url, compress=0, max_msg_size=1 << 20, timeout=patience) as socket:
            hello: dict[str, Any] = {
                "type": "hello",
                "token": self._client.token,
                "app_version": "virtual",
                "holding": [str(job.job_id) for job in self.jobs],
                **self._hello,
            }
            if self.epoch is not None and self.sequence is not None:
                hello |= {"epoch": self.epoch, "last_seq": self.sequence}
            await socket.send_str(json.dumps(hello))
            self._socket = socket
            while True:
                # A link that swallows everything closes nothing: silence for two heartbeats means that it is dead.
                silence = _SILENT_BEFORE_WELCOME if self.welcome is None else 2 * float(self.welcome["heartbeat"])
                message = await socket.receive(silence)
                if message.type is aiohttp.WSMsgType.TEXT:
                    await self._take(json.loads(message.data))
                    self._on_change()
                elif message.type is not aiohttp.WSMsgType.BINARY:
                    return socket.close_code

    async def _send(self, frame: dict[str, Any]) -> None:
        """Send a frame if there is a connection; what matters is sent again after the next ``welcome``."""
        if self._socket is not None and not self._socket.closed:
            with contextlib.suppress(ConnectionError, aiohttp.ClientError):
                await self._socket.send_str(json.dumps(frame))

    async def tell_battery(self, percent: int, *, charging: bool) -> None:
        """Say how full the phone's battery is."""
        await self._send({"type": "battery", "percent": percent, "charging": charging})

    # --- frames ------------------------------------------------------------------------------------------------------

    async def _take(self, frame: dict[str, Any]) -> None:
        kind = frame["type"]
        if kind == "welcome":
            await self._welcomed(frame)
        elif kind == "job":
            await self._offered(frame)
        elif kind == "confirmed":
            self._confirmed(frame)
        elif kind == "withdrawn":
            job = self.jobs.by_id.get(UUID(frame["job_id"]))
            # A result that is still to be reported is kept: a late "printed" may yet win.
            if job is not None and job.phase in (Phase.STORED, Phase.READY):
                del self.jobs.by_id[job.job_id]
        elif kind == "acknowledged":
            self._acknowledged(frame)
        elif kind in ("account", "customer", "refresh"):
            self.sequence = frame["seq"]
            self.updates.append(frame)
        elif kind == "revoked":
            self.revoked = True
            self.forget()
        elif kind == "problem":
            self.problems.append(frame)
            self._refused(frame)

    async def _welcomed(self, frame: dict[str, Any]) -> None:
        self.welcome = frame
        self.connections += 1
        self.epoch = frame["epoch"]
        if frame["refresh"] or self.sequence is None:
            self.sequence = frame["seq"]
        for job in self.jobs:
            if job.phase is Phase.STORED:
                await self._send(job.about("accepted"))
            elif job.phase is Phase.DONE:
                await self._send(job.result())

    async def _offered(self, frame: dict[str, Any]) -> None:
        job_id = UUID(frame["job_id"])
        kept = self.jobs.by_id.get(job_id)
        if kept is None or kept.attempt < int(frame["attempt"]):
            kept = self.jobs.by_id[job_id] = KeptJob(frame)
        if kept.phase is Phase.DONE:
            await self._send(kept.result())
        elif kept.phase is Phase.STORED and self._is_idle(kept):
            await self._send(kept.about("printing", at_once=True))
        else:
            await self._send(kept.about("accepted"))

    def _is_idle(self, offered: KeptJob) -> bool:
        """Return whether nothing else waits and the printer is well: one question before the first byte will do."""
        others = (job for job in self.jobs if job is not offered)
        return (
            bool((self.welcome or {}).get("print_at_once"))
            and self._printer.looks_well
            and all(job.phase is Phase.DONE for job in others)
        )

    def _confirmed(self, frame: dict[str, Any], *, announced: bool = False) -> None:
        job = self.jobs.by_id.get(UUID(frame["job_id"]))
        if job is not None and job.phase is Phase.STORED and job.attempt == frame["attempt"]:
            job.phase = Phase.READY
            job.announced = announced
            self._printable.set()

    def _acknowledged(self, frame: dict[str, Any]) -> None:
        job = self.jobs.by_id.get(UUID(frame["job_id"]))
        if job is not None and job.phase is Phase.STORED and frame["state"] in _OVER:
            # It was to be printed at once, and has ended meanwhile.
            del self.jobs.by_id[job.job_id]
            return
        if frame["state"] == PrintJobState.PRINTING:
            self._confirmed(frame, announced=True)
        if job is None or job.attempt != frame["attempt"] or job.phase is not Phase.DONE:
            return
        if job.state is not PrintJobState.HELD:
            del self.jobs.by_id[job.job_id]

    def _refused(self, frame: dict[str, Any]) -> None:
        """A job that the gateway does not have cannot be settled with it: drop the result."""
        job = self.jobs.by_id.get(UUID(frame["job_id"])) if "job_id" in frame else None
        if job is not None and job.phase is Phase.DONE:
            del self.jobs.by_id[job.job_id]

    # --- printing ----------------------------------------------------------------------------------------------------

    async def _print_all(self) -> None:
        while True:
            job = self.jobs.next_ready()
            if job is None:
                self._printable.clear()
                await self._printable.wait()
                continue
            cause = self._printer.look()
            if cause is not None and not job.announced:
                await self._hold(job, cause)
                continue
            job.phase = Phase.PRINTING
            if not job.announced:
                await self._send(job.about("printing"))
            if cause is None:
                job.state, job.cause = await self._printer.print(job.frame)
            else:
                # It was well when the gateway was asked: what may have begun is not taken back.
                self._printer.unconfirmed += 1
                job.state, job.cause = PrintJobState.UNCONFIRMED, cause
            job.phase = Phase.DONE
            await self._send(job.result())
            self._on_change()

    async def _hold(self, job: KeptJob, cause: PrintJobCause) -> None:
        """The printer is not ready: report it, wait for a person, and then go on with whatever comes first."""
        await self._send({**job.about("result", state="held"), "cause": str(cause)})
        self._on_change()
        await self._printer.ready.wait()
        await self.answer_late()

    async def answer_late(self) -> None:
        """The printer answers for what it printed before it stopped: a late ``printed``."""
        owed, self._printer.owed_answers = self._printer.owed_answers, []
        for job_id, attempt in owed:
            await self.confirm_printed(job_id, attempt)

    async def confirm_printed(self, job_id: UUID, attempt: int) -> None:
        """Report a job as printed after all."""
        await self._send({"type": "result", "job_id": str(job_id), "attempt": attempt, "state": "printed"})
