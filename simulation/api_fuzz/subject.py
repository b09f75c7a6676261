"""A system with a device and a person of each role and one thing of each kind, so that real ids can be tried."""

import csv
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import aiohttp

from shared.clock import business_day, now
from shared.contracts.customer import ReadingComplaintReply
from shared.contracts.receipt import PaperKind
from shared.ids import new_id
from simulation.api_fuzz.people import PREFIX, staff_at_work
from simulation.command_line import thungan, thungan_json
from simulation.phone import VirtualDesk, VirtualPhone
from simulation.sample.readings import Month
from simulation.sample.writer import write_sample
from stack.services import LocalSystem

_UNLIMITED = {"THUNGAN_REQUESTS_PER_SECOND": "100000", "THUNGAN_PUBLIC_REQUESTS_PER_SECOND": "100000"}


@dataclass(frozen=True)
class Subject:
    """What is tried: where, as whom, with which ids."""

    url: str
    headers: Mapping[str, Mapping[str, str]]
    """What each role sends with every request; nothing for nobody."""
    real: Mapping[str, str]
    gateway_log: Path
    log_begins: int
    """Bytes of the log that earlier runs have left."""

    async def lets_in(self, role: str) -> bool:
        """Whether this device or person is still let in."""
        path = "/v1/staff/me" if role.startswith(PREFIX) else "/v1/me"
        async with aiohttp.ClientSession() as session:
            answer = await session.get(self.url + path, headers=self.headers[role])
            return answer.status == HTTPStatus.OK

    def undescribed(self) -> list[str]:
        """Return the problems that were answered and that the description of their operation does not name."""
        own = self.gateway_log.read_bytes()[self.log_begins :]
        return [line for line in own.decode(errors="replace").splitlines() if "problem_not_described" in line]


def _first(path: Path, column: str) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        return str(next(csv.DictReader(file))[column])


@asynccontextmanager
async def open_subject(namespace: str, folder: Path) -> AsyncIterator[Subject]:
    """Start the six services, enrol a device of each role, sign in a person of each role, and let a customer pay."""
    sample = folder / "sample"
    write_sample(sample, customers=40, seed=3, last_month=Month.before(business_day(now())))
    collector = _first(sample / "collectors.csv", "collector_code")
    point_code = _first(sample / "collection_points.csv", "collection_point_code")
    system = LocalSystem(namespace, keep=False, settings={"gateway": _UNLIMITED})
    log = system.log("gateway")
    log_begins = log.stat().st_size if log.exists() else 0
    async with system:
        await thungan(system, "import", "all", str(sample))
        url = system.gateway_url
        first = await thungan_json(system, "enrol", "--role", "supervisor")
        async with (
            VirtualDesk(url) as supervisor,
            VirtualDesk(url) as cashier,
            VirtualDesk(url) as point,
            VirtualPhone(url) as phone,
            VirtualPhone(url) as spare,
        ):
            await supervisor.enrol(first["code"])
            await cashier.enrol(await supervisor.make_code("cashier"))
            await point.enrol(await supervisor.make_code("collection_point", collection_point_code=point_code))
            for one in (phone, spare):
                await one.enrol(await supervisor.make_code("collector", collector_code=collector))
            people, spare_member = await staff_at_work(system.database_url("gateway"))
            real = {
                **await _one_of_each(phone),
                "collector_code": collector,
                "route_code": _first(sample / "routes.csv", "route_code"),
                # Not one of those that try: the supervisor revokes it.
                "device_id": str(spare.device_id),
                "staff_id": str(spare_member),
            }
            devices = {"collector": phone, "collection_point": point, "cashier": cashier, "supervisor": supervisor}
            headers: dict[str, Mapping[str, str]] = {"nobody": {}, **people}
            for role, device in devices.items():
                headers[role] = {"Authorization": f"Bearer {device.token}"}
            yield Subject(url, headers, real, log, log_begins)


async def _one_of_each(phone: VirtualPhone) -> dict[str, str]:
    await phone.open_stream()
    shift = (await phone.open_shift()).shift
    owing = [stop.customer for stop in (await phone.route()).stops if stop.customer.debt > 0]
    paying, promising = owing[0].customer_code, owing[1].customer_code
    payment_id, visit_id, complaint_id = new_id(), new_id(), new_id()
    await phone.pay(paying, owing[0].debt, payment_id=payment_id)
    await phone.wait_for_printout(PaperKind.RECEIPT, customer_code=paying)
    await phone.visit(promising, "cannot_pay", visit_id=visit_id)
    complaint = {"note": "Công tơ đang là 1.240", "stated_at": now().isoformat()}
    path = f"/v1/customers/{promising}/reading-complaints"
    await phone.write(ReadingComplaintReply, "POST", path, complaint, complaint_id)
    receipt = (await phone.receipt_of(payment_id)).receipt
    return {
        "customer_code": paying,
        "payment_id": str(payment_id),
        "receipt_id": str(receipt.receipt_id),
        "token": receipt.url.rpartition("/")[2],
        "job_id": str((await phone.print_jobs())[0]["job_id"]),
        "visit_id": str(visit_id),
        "complaint_id": str(complaint_id),
        "shift_id": str(shift.shift_id),
    }
