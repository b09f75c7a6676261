"""Customers of the sandbox: made up, in a unit of their own, so that a bank's developer touches nobody's bills."""

import calendar
import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

UNIT, ROUTE, COLLECTOR = "PB9900", "PB9900-001", "TN9900001"
MOST = 50
_MONTHS = 3
_FIRST_YEAR = 2020
_USED_BY = (85, 120, 210, 320, 460)
"""kWh a month, customer by customer."""
_NAMES = ("An", "Bình", "Cường", "Dung", "Giang", "Hà", "Khánh", "Lan", "Minh", "Nga")


def codes(customers: int) -> list[str]:
    """Return the codes of so many customers: always the same."""
    return [f"{UNIT}{number:06}" for number in range(1, customers + 1)]


def write(folder: Path, customers: int, today: date) -> None:
    """Write the lists and the readings of the last months, as the imports read them. The same again on the same day."""
    folder.mkdir(parents=True, exist_ok=True)
    numbered = list(enumerate(codes(customers), start=1))
    address = "Ấp Thử Nghiệm, tỉnh Cà Mau"
    _write(
        folder / "units.csv",
        "unit_code,name,address,tax_code,phone",
        [[UNIT, "Điện lực Thử Nghiệm", address, "9900000016", "0950000000"]],
    )
    _write(
        folder / "collectors.csv",
        "collector_code,name,phone,unit_code,active",
        [[COLLECTOR, "Thu ngân Thử Nghiệm", "0951000000", UNIT, "true"]],
    )
    _write(
        folder / "routes.csv",
        "route_code,name,unit_code,collector_code",
        [[ROUTE, "Tuyến thử nghiệm", UNIT, COLLECTOR]],
    )
    _write(
        folder / "customers.csv",
        "customer_code,name,address,phone,tax_code,unit_code,route_code,place_in_route,price_group,households,active",
        (
            [code, _name(number), address, "", "", UNIT, ROUTE, number, "household", 1, "true"]
            for number, code in numbered
        ),
    )
    _write(
        folder / "meters.csv",
        "meter_number,customer_code,multiplier,digits,installed_on",
        ([f"99{number:07}", code, 1, 6, f"{_FIRST_YEAR}-01-01"] for number, code in numbered),
    )
    _write(
        folder / "readings.csv",
        "customer_code,meter_number,register,cycle,month,year,period_from,period_to,old_reading,new_reading,cut_days,"
        "cos_phi,due_date",
        (row for number, code in numbered for row in _readings(number, code, today)),
    )


def _name(number: int) -> str:
    return f"Thử Nghiệm {_NAMES[number % len(_NAMES)]}"


def _readings(number: int, code: str, today: date) -> Iterator[list[object]]:
    """Readings go on from month to month, whenever they are written."""
    used = _USED_BY[number % len(_USED_BY)]
    this_month = today.year * 12 + today.month - 1
    for index in range(this_month - _MONTHS, this_month):
        year, month = index // 12, index % 12 + 1
        last = date(year, month, calendar.monthrange(year, month)[1])
        old = used * (index - _FIRST_YEAR * 12)
        due = last + timedelta(days=10)
        meter = f"99{number:07}"
        yield [code, meter, "KT", 1, month, year, last.replace(day=1), last, old, old + used, 0, "", due]


def _write(file: Path, header: str, rows: Iterator[list[object]] | list[list[object]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(header.split(","))
        writer.writerows(rows)
