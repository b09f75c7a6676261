"""Customers for a measurement: a sample in which every collector has one route, of about the same length."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from shared.clock import business_day, now
from simulation.sample.readings import Month
from simulation.sample.writer import write_sample

Line = dict[str, str]

MANY = "10000000"
"""As ``THUNGAN_BILLS_AT_ONCE``: ``thungan import all`` issues the bills of a district by itself."""

_SPARE = 1.3
"""The last route of each unit is shorter than the others: it has no phone."""


def write_district(folder: Path, *, collectors: int, customers_each: int) -> list[str]:
    """Write the files that ``thungan import all`` reads; return the codes of the collectors with a full route."""
    write_sample(
        folder,
        customers=max(60, round(collectors * customers_each * _SPARE)),
        seed=14,
        last_month=Month.before(business_day(now())),
    )
    customers = _read(folder / "customers.csv")
    phones = [line["phone"] for line in _read(folder / "collectors.csv")]
    routes: list[Line] = []
    people: list[Line] = []
    full: list[str] = []
    of_unit: dict[str, list[Line]] = defaultdict(list)
    for customer in customers:
        of_unit[customer["unit_code"]].append(customer)
    for unit_code, lines in of_unit.items():
        for start in range(0, len(lines), customers_each):
            number = start // customers_each + 1
            code = f"TN{unit_code[2:]}{number:03d}"
            route_code = f"{unit_code}-{number:03d}"
            walk = lines[start : start + customers_each]
            for place, customer in enumerate(walk, 1):
                customer.update(route_code=route_code, place_in_route=str(place))
            routes.append(
                {"route_code": route_code, "name": f"Tuyến {number}", "unit_code": unit_code, "collector_code": code}
            )
            people.append(
                {
                    "collector_code": code,
                    "name": f"Thu ngân {number}",
                    "phone": phones[number % len(phones)],
                    "unit_code": unit_code,
                    "active": "true",
                }
            )
            if len(walk) == customers_each:
                full.append(code)
    if len(full) < collectors:
        raise ValueError(f"{len(full)} full routes, {collectors} are needed")
    _write(folder / "customers.csv", customers)
    _write(folder / "routes.csv", routes)
    _write(folder / "collectors.csv", people)
    return full[:collectors]


def _read(path: Path) -> list[Line]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, lines: Iterable[Mapping[str, str]]) -> None:
    rows = list(lines)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
