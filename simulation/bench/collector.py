"""A collector with a phone, as cheap as can be: the same requests and frames as the app's, nothing drawn or kept."""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp

from shared.clock import now
from shared.ids import new_id
from simulation.bench.lean_http import LeanHttp

PAPER_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody to visit, as the route names them."""

    customer_code: str
    name: str


@dataclass(frozen=True, slots=True)
class Collection:
    """One customer visited and paid; times in seconds."""

    ended: float
    """On the clock of ``time.monotonic``."""

    whole: float
    """From the search to the printed receipt."""

    payment: float
    """From the payment's request to the receipt offered on the phone."""


class _AwaitedDocument:
    """A document that is waited for: when it is offered, and when it is printed."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.offered: asyncio.Future[float] = loop.create_future()
        self.printed: asyncio.Future[float] = loop.create_future()

    def lose(self) -> None:
        """No more is to be expected."""
        for awaited in (self.offered, self.printed):
            if not awaited.done():
                awaited.set_exception(ConnectionError("the stream has ended"))
                awaited.exception()  # nobody need be waiting for it


class Collector:
    """One enrolled phone, with its stream open; whoever makes it has opened the shift."""

    def __init__(self, http: LeanHttp, socket: aiohttp.ClientWebSocketResponse, customers: list[Customer]) -> None:
        self.customers = customers
        """Whom to visit next: the last of the list."""
        self.http = http
        """The connection of its requests, one at a time."""
        self._socket = socket
        # By the payment or the visit that causes it, then by its print job.
        self._awaited: dict[str, _AwaitedDocument] = {}
        self._jobs: dict[str, _AwaitedDocument] = {}
        # Jobs whose end is not acknowledged yet; and those whose beginning was reported after a promise.
        self._at_printer: set[str] = set()
        self._announced: set[str] = set()
        self._may_print_at_once = False
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def open(
        cls, base_url: str, token: str, session: aiohttp.ClientSession, customers: list[Customer]
    ) -> "Collector":
        """Open the stream and wait for the welcome."""
        socket = await session.ws_connect(base_url.replace("http", "ws", 1) + "/v1/stream", compress=0)
        await socket.send_json({"type": "hello", "token": token})
        welcome = await socket.receive_json(timeout=10)
        collector = cls(LeanHttp(base_url, token), socket, customers)
        collector._may_print_at_once = bool(welcome.get("print_at_once"))
        return collector

    @property
    def repetitions(self) -> int:
        """How many of its requests were sent again because the gateway was busy."""
        return self.http.repetitions

    async def close(self) -> None:
        """Hang up."""
        await self._socket.close()
        await self._listening
        self.http.close()

    async def _listen(self) -> None:
        """Take frames and print at once; whoever waits for a document gets an error when the stream has ended."""
        try:
            async for message in self._socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    await self._take(json.loads(message.data))
        finally:
            for document in (*self._awaited.values(), *self._jobs.values()):
                document.lose()

    async def collect(self) -> Collection:
        """Visit the next customer: search, bill, visit, notice on paper, payment, receipt on paper."""
        customer = self.customers.pop()
        code = customer.customer_code
        started = time.monotonic()
        found = await self.http.get(f"/v1/customers?query={quote(customer.name)}&limit=20")
        if all(match["customer"]["customer_code"] != code for match in found["matches"]):
            raise AssertionError(f"{code} was not found")
        account = await self.http.get(f"/v1/customers/{code}/account")
        visit_id, payment_id = str(new_id()), str(new_id())
        notice = self._awaited[visit_id] = _AwaitedDocument()
        await self.http.send(
            "PUT",
            f"/v1/visits/{visit_id}",
            {"customer_code": code, "outcome": "met", "visited_at": now().isoformat(), "note": ""},
        )
        await _within(notice.printed, "the notice")
        receipt = self._awaited[payment_id] = _AwaitedDocument()
        asked = time.monotonic()
        paid = await self.http.send(
            "POST",
            "/v1/payments",
            {
                "method": "cash",
                "customer_code": code,
                "amount": account["account"]["debt"],
                "received_at": now().isoformat(),
                "bill_ids": [bill["bill_id"] for bill in account["bills"]],
                "visit_id": visit_id,
            },
            key=payment_id,
        )
        if paid["account"]["debt"] != 0:
            raise AssertionError(f"{code} still owes")
        payment = await _within(receipt.offered, "the receipt") - asked
        ended = await _within(receipt.printed, "the receipt on paper")
        return Collection(ended=ended, whole=ended - started, payment=payment)

    async def _take(self, frame: dict[str, Any]) -> None:
        kind = frame["type"]
        if kind == "job":
            document = self._awaited.pop(frame.get("payment_id") or frame["visit_id"], None)
            if document is not None:
                document.offered.set_result(time.monotonic())
                self._jobs[frame["job_id"]] = document
            # As the app: one question before the first byte, while the printer is idle.
            if self._may_print_at_once and not self._at_printer:
                await self._send("printing", frame, at_once=True)
            else:
                await self._send("accepted", frame)
            self._at_printer.add(frame["job_id"])
        elif kind == "acknowledged" and frame["state"] == "printing" and frame["job_id"] not in self._announced:
            await self._send("result", frame, state="printed")
        elif kind == "confirmed":
            self._announced.add(frame["job_id"])
            await self._send("printing", frame)
            await self._send("result", frame, state="printed")
        elif kind == "acknowledged" and frame["state"] == "printed":
            self._at_printer.discard(frame["job_id"])
            self._announced.discard(frame["job_id"])
            self._jobs.pop(frame["job_id"]).printed.set_result(time.monotonic())

    async def _send(self, kind: str, about: dict[str, Any], **more: str | bool) -> None:
        frame = {"type": kind, "job_id": about["job_id"], "attempt": about["attempt"], **more}
        await self._socket.send_str(json.dumps(frame))


async def _within(awaited: asyncio.Future[float], what: str) -> float:
    try:
        async with asyncio.timeout(PAPER_SECONDS):
            return await awaited
    except TimeoutError:
        raise TimeoutError(f"{what} did not come within {PAPER_SECONDS:g} s") from None
