"""Printers as they were paired: how each wants its bytes."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from services.gateway.edge.types import DeviceName, Incoming, IncomingMoment, Outgoing
from services.gateway.store import devices
from shared.db import Connection
from shared.printing import PrinterProfile


class PrinterSetup(Incoming):
    """A printer as it was paired."""

    name: DeviceName = Field(examples=["MPT-II"])
    connection: Literal["bluetooth", "serial", "other"]
    profile: PrinterProfile
    confirmed_at: IncomingMoment | None = Field(
        default=None, description="When a person looked at the test page and found it right."
    )


class StoredPrinter(Outgoing):
    """A printer as the database holds it. What came in under other rules stays readable, and never hides others."""

    name: str
    connection: Literal["bluetooth", "serial", "other"]
    profile: PrinterProfile
    confirmed_at: datetime | None


async def profile_of(connection: Connection, device_id: UUID, printer_id: str) -> PrinterProfile | None:
    """Return the stored profile of a device's printer."""
    row = await devices.printer_profile(connection, device_id, printer_id)
    return None if row is None else StoredPrinter.model_validate_json(row["profile"]).profile
