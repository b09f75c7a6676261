"""Printers as they were paired: how each wants its bytes."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from services.gateway.edge.types import DeviceName, Incoming, IncomingMoment
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


async def profile_of(connection: Connection, device_id: UUID, printer_id: str) -> PrinterProfile | None:
    """Return the stored profile of a device's printer."""
    row = await devices.printer_profile(connection, device_id, printer_id)
    return None if row is None else PrinterSetup.model_validate_json(row["profile"]).profile
