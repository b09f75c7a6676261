"""An SMS for providers that are played by stand-ins, and an address for their delivery reports."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

from services.notify.domain.delivery_reports import DeliveryReport
from services.notify.providers.base import OutgoingSms, ReportReader, ReportRequest


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
