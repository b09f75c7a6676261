"""Providers that are played by processes of their own, and an address for their delivery reports."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from services.notify.domain.delivery_reports import DeliveryReport
from services.notify.providers.base import OutgoingSms, ReportReader, ReportRequest


@dataclass(frozen=True)
class RunningStandIn:
    """One process."""

    url: str

    async def accepted(self) -> list[dict[str, Any]]:
        """Return every SMS that it has sent."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/_accepted") as answer:
            found: list[dict[str, Any]] = await answer.json()
            return found

    async def sent(self, client_reference: str) -> list[dict[str, Any]]:
        """Return the SMS that it has sent under a reference of ours."""
        return [sms for sms in await self.accepted() if sms["client_reference"] == client_reference]

    async def fail(self, *faults: str | Sequence[str]) -> None:
        """Let the next requests fail, one after the other."""
        await self._put("/_faults", list(faults))

    async def fail_tokens(self, *faults: str) -> None:
        """Let the next requests for tokens fail."""
        await self._put("/_faults?of=tokens", list(faults))

    async def report_to(self, url: str | None) -> None:
        """Let its reports go to an address."""
        await self._put("/_report_url", url)

    async def _put(self, path: str, body: Any) -> None:
        async with aiohttp.ClientSession() as session, session.put(self.url + path, data=json.dumps(body)) as answer:
            assert answer.status == 204


@asynccontextmanager
async def stand_in(kind: str, *arguments: str) -> AsyncIterator[RunningStandIn]:
    """Run a stand-in."""
    command = [sys.executable, "-m", "simulation.providers", kind, *arguments]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        address = (await process.stdout.readline()).decode().strip()
        assert address, f"{command} has not started"
        yield RunningStandIn(address)
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def report_address(reader: ReportReader, received: Callable[[DeliveryReport], None]) -> AsyncIterator[str]:
    """Serve an address for delivery reports, as the gateway does."""

    async def receive(request: web.Request) -> web.Response:
        asked = ReportRequest(
            method=request.method,
            query=dict(request.query),
            headers={name.lower(): value for name, value in request.headers.items()},
            content_type=request.content_type,
            body=await request.read(),
        )
        for report in reader.read_reports(asked):
            received(report)
        return web.Response(text="ok")

    app = web.Application()
    app.router.add_route("*", "/reports", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/reports"
    finally:
        await runner.cleanup()


PARAMETERS: Mapping[str, str | None] = {
    "unit": "Đội quản lý điện Năm Căn",
    "customer_code": "PB14010012345",
    "amount": "871.020d",
    "period": "T10/2026",
    "date": "22/11",
    "collector_name": "Nguyễn Thị Kim Hoa",
    "collector_phone": "0912345678",
    "appointment": None,
}


def sms(reference: str, text: str = "DL Nam Can TB: KH PB14010012345 no tien dien 871.020d") -> OutgoingSms:
    """Return an SMS to a customer who was not at home."""
    return OutgoingSms(
        client_reference=reference,
        phone="+84953000001",
        text=text,
        segments=1,
        template="away",
        template_version=1,
        parameters=PARAMETERS,
        form=1,
    )
