"""Printer profiles: how each printer of a device wants its bytes, as found out with a test page."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import STAFF
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.types import Incoming, Nothing, Outgoing, PrinterId
from services.gateway.printers import PrinterSetup, StoredPrinter
from services.gateway.store import devices as store
from shared.printing import PrinterProfile
from shared.problems import NotFound

TAG = "printers"


class PrinterPath(Incoming):
    """One printer of the calling device."""

    printer_id: PrinterId = Field(examples=["MPT-II.0001"])


class PrinterView(Outgoing):
    """A printer of the calling device."""

    printer_id: str
    name: str
    connection: Literal["bluetooth", "serial", "other"]
    profile: PrinterProfile
    confirmed_at: datetime | None
    updated_at: datetime


class PrintersView(Outgoing):
    """The printers of the calling device, the latest first."""

    printers: list[PrinterView]


def _view(printer_id: str, setup: str, updated_at: datetime) -> PrinterView:
    stored = StoredPrinter.model_validate_json(setup)
    return PrinterView(
        printer_id=printer_id,
        name=stored.name,
        connection=stored.connection,
        profile=stored.profile,
        confirmed_at=stored.confirmed_at,
        updated_at=updated_at,
    )


async def put(call: Call[PrinterPath, Nothing, PrinterSetup], dependencies: Dependencies) -> PrinterView:
    """Store a printer's profile."""
    now = dependencies.clock()
    confirmed_at = call.body.confirmed_at
    # A test page is not looked at in the future: the phone's clock is ahead.
    setup = call.body.model_copy(update={"confirmed_at": min(confirmed_at, now) if confirmed_at else None})
    stored = setup.model_dump_json()
    async with dependencies.bus.work() as work:
        await store.save_printer_profile(work.connection, call.device.device_id, call.path.printer_id, stored, now)
    return _view(call.path.printer_id, stored, now)


async def read(call: Call[PrinterPath, Nothing, None], dependencies: Dependencies) -> PrinterView:
    """Read a printer's profile."""
    async with dependencies.database() as connection:
        row = await store.printer_profile(connection, call.device.device_id, call.path.printer_id)
    if row is None:
        raise NotFound("Không có máy in này.")
    return _view(row["printer_id"], row["profile"], row["updated_at"])


async def read_all(call: Call[Nothing, Nothing, None], dependencies: Dependencies) -> PrintersView:
    """Read the profiles of the device's printers."""
    async with dependencies.database() as connection:
        rows = await store.printer_profiles(connection, call.device.device_id)
    return PrintersView(printers=[_view(row["printer_id"], row["profile"], row["updated_at"]) for row in rows])


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="GET",
        path="/v1/printers",
        name="listPrinters",
        tag=TAG,
        summary="List the printers of this device",
        handler=read_all,
        answer=PrintersView,
        roles=STAFF,
    ),
    Operation(
        method="GET",
        path="/v1/printers/{printer_id}",
        name="getPrinter",
        tag=TAG,
        summary="Read a printer's profile",
        handler=read,
        path_model=PrinterPath,
        answer=PrinterView,
        roles=STAFF,
    ),
    Operation(
        method="PUT",
        path="/v1/printers/{printer_id}",
        name="putPrinter",
        tag=TAG,
        summary="Store a printer's profile",
        handler=put,
        path_model=PrinterPath,
        body=PrinterSetup,
        answer=PrinterView,
        roles=STAFF,
    ),
]
