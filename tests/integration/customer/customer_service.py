"""A small town for the customer service, and the service as its neighbours see it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from services.customer.imports.files import ImportReport, import_customers
from shared.contracts.billing import BillCorrected, BillIssued, PaymentRecorded, PaymentReversed
from shared.contracts.message import Event, Reply, Request
from shared.csv_files import PLAINLY, ImportOptions
from shared.messaging import Bus
from shared.testing import wait_until

R = TypeVar("R", bound=Reply)

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
"""Ten in the morning in Cà Mau."""

HEADERS = {
    "units.csv": "unit_code,name,address,tax_code,phone",
    "collectors.csv": "collector_code,name,phone,unit_code,active",
    "routes.csv": "route_code,name,unit_code,collector_code",
    "customers.csv": "customer_code,name,address,phone,tax_code,unit_code,route_code,place_in_route,price_group,"
    "households,active",
    "meters.csv": "meter_number,customer_code,multiplier,digits,installed_on",
}
TOWN = {
    "units.csv": ["PB1401,Điện lực Cà Mau,118 Nguyễn Tất Thành,0300942001,19001006"],
    "collectors.csv": ["TN1,Lê Văn Thu,0950 000 001,PB1401,true", "TN2,Trần Thị Ngân,0950 000 002,PB1401,true"],
    "routes.csv": ["R1,Khóm 1,PB1401,TN1", "R2,Khóm 2,PB1401,TN1", "R3,Khóm 3,PB1401,TN2"],
    "customers.csv": [
        "PB14010000001,Nguyễn Thị Hạnh,12 Lê Lợi,0953 000 101,,PB1401,R1,1,household,1,true",
        "PB14010000002,Nguyễn Thị Hằng,14/3 Lê Lợi,0953 000 102,,PB1401,R1,2,household,1,true",
        "PB14010000003,Trần Văn Út,20 Hùng Vương,,,PB1401,R2,1,household,1,true",
        "PB14010000004,Nguyễn Thành Hạnh,7 Ngô Quyền,0953 000 104,,PB1401,R3,1,household,1,true",
    ],
    "meters.csv": [
        "21000001,PB14010000001,1,5,2020-01-01",
        "21000002,PB14010000002,1,5,2020-01-01",
        "21000003,PB14010000003,1,5,2020-01-01",
        "21000004,PB14010000004,20,5,2020-01-01",
    ],
}


def write_town(folder: Path, **lines: list[str]) -> Path:
    """Write the town's lists, with other lines where given (``customers=[…]``)."""
    folder.mkdir(exist_ok=True)
    for name, header in HEADERS.items():
        content = lines.get(name.removesuffix(".csv"), TOWN[name])
        (folder / name).write_text("\n".join([header, *content]) + "\n", encoding="utf-8")
    return folder


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    moment: datetime = NOW

    def __call__(self) -> datetime:
        return self.moment

    def pass_days(self, days: int) -> None:
        self.moment += timedelta(days=days)


@dataclass
class Service:
    """The running service as its neighbours see it."""

    bus: Bus
    """A neighbour's bus: asks, and stands in for billing."""
    pool: asyncpg.Pool
    clock: Clock
    folder: Path
    customer_bus: Bus
    received: list[Event] = field(default_factory=list)
    """The events that the service has sent and a neighbour has received."""

    async def ask(self, request: Request[R]) -> R:
        return await self.bus.request(request, timeout=10)

    async def consume(self, *events: BillCorrected | BillIssued | PaymentRecorded | PaymentReversed) -> None:
        """Let billing emit events, and wait until the service has consumed them all."""
        before = await self.consumed()
        async with self.bus.work() as work:
            for event in events:
                await work.emit(event, aggregate=event.account.customer_code)

        async def taken() -> bool:
            return await self.consumed() >= before + len(events)

        await wait_until(taken, message="the events are consumed")

    async def consumed(self) -> int:
        count: int = await self.pool.fetchval("SELECT count(*) FROM inbox")
        return count

    async def import_town(
        self, *, options: ImportOptions = PLAINLY, dry_run: bool = False, **lines: list[str]
    ) -> ImportReport:
        folder = write_town(self.folder, **lines)
        return await import_customers(self.customer_bus, folder, options, dry_run=dry_run)

    async def emitted(self, kind: type[Event]) -> list[Any]:
        """Return the events of a kind that are in the outbox, in their order."""
        rows = await self.pool.fetch(
            "SELECT body FROM outbox WHERE routing_key = $1 ORDER BY position", kind.routing_key()
        )
        return [kind.model_validate_json(row["body"]) for row in rows]
