"""A system with customers, bills, and devices in the office, for the phone app in a real browser."""

import asyncio
import csv
import hashlib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from shared.clock import business_day, now
from simulation.command_line import thungan, thungan_json
from simulation.occasions import EVERY_VISIT
from simulation.phone import VirtualDesk
from simulation.sample.readings import Month
from simulation.sample.writer import write_sample
from stack.services import LocalSystem

BANK = {
    "THUNGAN_RECEIPT_BANK_BIN": "970436",
    "THUNGAN_RECEIPT_BANK_ACCOUNT": "1023456789",
    "THUNGAN_RECEIPT_BANK_ACCOUNT_NAME": "DIEN LUC CA MAU",
}
"""An account that does not exist, at a bank that does."""

_ANY_HOUR = {"THUNGAN_SMS_OPENS": "00:00", "THUNGAN_SMS_CLOSES": "23:59:59.999999"}


@dataclass(frozen=True)
class AppEnvironment:
    """What a script in the browser needs: addresses, tokens of the office, whom there is to visit."""

    system: LocalSystem
    supervisor: VirtualDesk
    cashier: VirtualDesk
    collection_point: VirtualDesk
    collectors: list[str]
    administrator_code: str
    """The one-time code of ``administrator``, the first account of a person."""

    def variables(self) -> Mapping[str, str]:
        """Return what the scripts read."""
        return {
            "THUNGAN_APP_URL": f"{self.system.gateway_url}/app/",
            "THUNGAN_SUPERVISOR": str(self.supervisor.token),
            "THUNGAN_CASHIER": str(self.cashier.token),
            "THUNGAN_COLLECTION_POINT": str(self.collection_point.token),
            "THUNGAN_COLLECTORS": ",".join(self.collectors),
            "THUNGAN_ADMINISTRATOR_CODE": self.administrator_code,
        }


def _collection_point(folder: Path) -> str:
    with (folder / "collection_points.csv").open(encoding="utf-8", newline="") as file:
        return next(row["collection_point_code"] for row in csv.DictReader(file) if row["kind"] == "post_office")


def _collectors(folder: Path) -> list[str]:
    with (folder / "collectors.csv").open(encoding="utf-8", newline="") as file:
        return [row["collector_code"] for row in csv.DictReader(file)]


ODD_NAMES = (
    "Nguyễn " + "Thị Tuyết Ánh Nguyệt " * 9 + "Út",
    unicodedata.normalize("NFD", "Đặng Thị Hồng Phượng"),
    "Tiệm Ớt Cay & <b>Ngọt</b>",
)
"""Two hundred letters; letters apart from their marks; signs that mean something to browsers.

Imports refuse pictures."""

_STAY, _STAY_ELSEWHERE = 40, 14


def _lengthen(folder: Path, route_code: str) -> None:
    """Let one route be as long as no real one is, at the cost of all others but the unit's own."""
    path = folder / "customers.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    unit = next(row["unit_code"] for row in rows if row["route_code"] == route_code)
    count: dict[str, int] = defaultdict(int)
    for row in rows:
        if count[row["route_code"]] >= (_STAY if row["unit_code"] == unit else _STAY_ELSEWHERE):
            row["route_code"] = route_code
        count[row["route_code"]] += 1
        row["place_in_route"] = str(count[row["route_code"]])
        if row["route_code"] == route_code and count[route_code] <= len(ODD_NAMES):
            row["name"] = ODD_NAMES[count[route_code] - 1]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


_EVERY = 10
_GAP_KWH = 10


def _add_older_bills(folder: Path) -> None:
    """Let every tenth customer owe the month before as well; of the last one 10 kWh lie between the two months."""
    path = folder / "readings.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    count = Counter(row["customer_code"] for row in rows)
    older = []
    for row in rows[5::_EVERY]:
        first = date.fromisoformat(row["period_from"])
        last = first - timedelta(days=1)
        # As much as in the month after it: a jump would be held.
        used = int(row["new_reading"]) - int(row["old_reading"])
        if count[row["customer_code"]] == 1 and first.day == 1 and 0 < used < int(row["old_reading"]):
            older.append(
                {
                    **row,
                    "month": str(last.month),
                    "year": str(last.year),
                    "period_from": last.replace(day=1).isoformat(),
                    "period_to": last.isoformat(),
                    "old_reading": str(int(row["old_reading"]) - used),
                    "new_reading": row["old_reading"],
                    "due_date": (last + timedelta(days=10)).isoformat(),
                }
            )
    if older:
        older[-1]["new_reading"] = str(int(older[-1]["new_reading"]) - _GAP_KWH)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows([*older, *rows])


async def _leave_money_undecided(system: LocalSystem, folder: Path) -> None:
    """Let two bank credits wait for the cashier, one that names two customers and one that names none, and a partner
    have a payment in its file that the register has not.
    """
    with (folder / "sample" / "customers.csv").open(encoding="utf-8", newline="") as file:
        first, *_, last = (row["customer_code"] for row in csv.DictReader(file))
    today = business_day(now())
    statement = folder / "statement.csv"
    statement.write_text(
        f"Số tài khoản,{BANK['THUNGAN_RECEIPT_BANK_ACCOUNT']}\n"
        "Ngày giao dịch,Số tham chiếu,Ghi nợ,Ghi có,Số dư,Mô tả\n"
        f"{today:%d/%m/%Y},FT263300001,,123000,123000,tien dien {first} va {last}\n"
        f"{today:%d/%m/%Y},FT263300002,,45000,168000,chuyen tien\n",
        encoding="utf-8",
    )
    await thungan(system, "credits", "import", str(statement))
    yesterday = today - timedelta(days=1)
    body = (
        "partner,business_date,partner_txn_id,customer_code,bill_ids,amount,type,occurred_at,point_code\n"
        f"VNPOST,{yesterday},VN-0001,{first},x,475000,PAY,{yesterday}T09:00:00+07:00,VNPOST-CM01\n"
    )
    books = folder / "partner.csv"
    books.write_text(f"{body}TRAILER,1,475000,{hashlib.sha256(body.encode()).hexdigest()}\n", encoding="utf-8")
    await thungan(system, "partners", "add", "VNPOST", "--name", "Bưu điện", "--ceiling", "100000000")
    await thungan(system, "partners", "reconcile", "VNPOST", str(books))


@asynccontextmanager
async def app_environment(
    namespace: str,
    folder: Path,
    *,
    customers: int = 160,
    long_route: str | None = None,
    heartbeat: float = 25,
    keep: bool = False,
) -> AsyncIterator[AppEnvironment]:
    """Start a system, import made-up customers with bills, and enrol the office. ``folder`` takes the files.

    ``long_route`` names a route that is to have most of the customers; ``heartbeat`` is that of the stream, in seconds.
    """
    gateway = {**BANK, "THUNGAN_HEARTBEAT": str(heartbeat)}
    settings = {"notify": _ANY_HOUR, "receipt": BANK, "gateway": gateway, "customer": EVERY_VISIT}
    system = LocalSystem(namespace, keep=keep, settings=settings)
    async with system:
        data = folder / "sample"
        last_month = Month.before(business_day(now()))
        await asyncio.to_thread(write_sample, data, customers=customers, seed=14, last_month=last_month)
        await asyncio.to_thread(_add_older_bills, data)
        if long_route is not None:
            await asyncio.to_thread(_lengthen, data, long_route)
        await thungan_json(system, "import", "all", str(data))
        await _leave_money_undecided(system, folder)
        url = system.gateway_url
        supervisor, cashier = VirtualDesk(url, name="Supervisor's desk"), VirtualDesk(url, name="Cashier's desk")
        point = VirtualDesk(url, name="Post office")
        first = await thungan_json(system, "enrol", "--role", "supervisor")
        account = ("--login-name", "administrator", "--full-name", "Quản trị")
        administrator = await thungan_json(system, "staff", "first-administrator", *account)
        try:
            await supervisor.enrol(first["code"])
            await cashier.enrol(await supervisor.make_code("cashier"))
            code = await supervisor.make_code("collection_point", collection_point_code=_collection_point(data))
            await point.enrol(code)
            yield AppEnvironment(system, supervisor, cashier, point, _collectors(data), administrator["code"])
        finally:
            for desk in (supervisor, cashier, point):
                await desk.close()
