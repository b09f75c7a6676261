"""What the steps of the demo share: the running system, people with their devices, the folder for printouts."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from shared.contracts.customer import RouteStop
from simulation.command_line import thungan, thungan_json
from simulation.phone import VirtualDesk, VirtualPhone
from simulation.providers.process import RunningStandIn
from stack.services import LocalSystem


@dataclass
class DemoContext:
    """Everything that the steps share."""

    system: LocalSystem
    folder: Path
    operator: RunningStandIn
    """Plays the provider of SMS."""
    phone: VirtualPhone
    other_phone: VirtualPhone
    supervisor: VirtualDesk
    cashier: VirtualDesk
    collection_point: VirtualDesk
    collector_code: str = ""
    collector_name: str = ""
    to_visit: list[RouteStop] = field(default_factory=list)
    """Customers of the route who owe, in the order of walking; each step takes its own."""
    payment_id: UUID | None = None
    receipt_id: UUID | None = None
    token: str = ""
    shift_id: UUID | None = None

    async def thungan(self, *arguments: str) -> str:
        """Run the operators' command line on this system and return what it printed."""
        return await thungan(self.system, *arguments)

    async def thungan_json(self, *arguments: str, expect: int | None = 0) -> Any:
        """Run the command line with ``--json`` and return its result."""
        return await thungan_json(self.system, *arguments, expect=expect)

    async def close(self) -> None:
        """Hang up all devices."""
        for device in (self.phone, self.other_phone, self.supervisor, self.cashier, self.collection_point):
            await device.close()


def open_context(system: LocalSystem, folder: Path, operator: RunningStandIn) -> DemoContext:
    """Give everybody a device that is not enrolled yet."""
    url = system.gateway_url
    return DemoContext(
        system=system,
        folder=folder,
        operator=operator,
        phone=VirtualPhone(url, name="Collector's phone", folder=folder / "phone"),
        other_phone=VirtualPhone(url, name="Collector's second phone", folder=folder / "second-phone"),
        supervisor=VirtualDesk(url, name="Supervisor's desk"),
        cashier=VirtualDesk(url, name="Cashier's desk"),
        collection_point=VirtualDesk(url, name="Post office"),
    )
