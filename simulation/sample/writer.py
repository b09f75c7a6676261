"""Write a whole sample as the CSV files that the imports read."""

import csv
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from simulation.sample import phones
from simulation.sample.collection_points import collection_points_of
from simulation.sample.customers import SampleCustomer, customers_of
from simulation.sample.places import UNITS, tax_code
from simulation.sample.plan import SamplePlan, make_plan
from simulation.sample.readings import Month, installed_on, readings_of

MOST_CUSTOMERS = 2_000_000
HEADERS = {
    "units.csv": "unit_code,name,address,tax_code,phone",
    "collectors.csv": "collector_code,name,phone,unit_code,active",
    "routes.csv": "route_code,name,unit_code,collector_code",
    "customers.csv": "customer_code,name,address,phone,tax_code,unit_code,route_code,place_in_route,"
    "price_group,households,active",
    "meters.csv": "meter_number,customer_code,multiplier,digits,installed_on",
    "readings.csv": "customer_code,meter_number,register,cycle,month,year,period_from,period_to,"
    "old_reading,new_reading,cut_days,cos_phi,due_date",
    "collection_points.csv": "collection_point_code,name,kind,address,opening_hours,phone,unit_code",
}


@dataclass(frozen=True)
class SampleReport:
    """What was written; counts of lines without the headers."""

    folder: str
    customers: int
    seed: int
    last_month: str
    months: int
    units: int
    collectors: int
    routes: int
    meters: int
    readings: int
    collection_points: int

    def as_dict(self) -> dict[str, Any]:
        """Return the report for ``--json``."""
        return asdict(self)


def write_sample(folder: Path, *, customers: int, seed: int, last_month: Month, months: int = 1) -> SampleReport:
    """Write ``customers`` synthetic customers and all that belongs to them into ``folder``.

    ``months`` whole months of readings end with ``last_month``. The same arguments give the same bytes.
    Raises ``ValueError`` when there are no customers or more than ``MOST_CUSTOMERS``, or no months.
    """
    if not 1 <= customers <= MOST_CUSTOMERS:
        raise ValueError(f"customers must be from 1 to {MOST_CUSTOMERS}")
    if not 1 <= months <= 60:
        raise ValueError("months must be from 1 to 60")
    plan = make_plan(customers, seed)
    months_read = [last_month.back(back) for back in reversed(range(months))]
    folder.mkdir(parents=True, exist_ok=True)
    counts = dict.fromkeys(HEADERS, 0)
    with ExitStack() as files:
        writers = {name: _Table(files, folder / name, header) for name, header in HEADERS.items()}
        _write_plan(plan, seed, writers)
        first_of_unit: dict[str, int] = {}
        for route in plan.routes:
            first = first_of_unit.setdefault(route.unit_code, route.first_serial)
            for customer in customers_of(route, plan.customers_of_unit[route.unit_code], first, seed):
                _write_customer(customer, last_month, writers)
                writers["readings.csv"].add_all(readings_of(customer, months_read, seed))
        counts = {name: writer.count for name, writer in writers.items()}
    return SampleReport(
        folder=str(folder),
        customers=counts["customers.csv"],
        seed=seed,
        last_month=f"{last_month.year}-{last_month.month:02d}",
        months=months,
        units=counts["units.csv"],
        collectors=counts["collectors.csv"],
        routes=counts["routes.csv"],
        meters=counts["meters.csv"],
        readings=counts["readings.csv"],
        collection_points=counts["collection_points.csv"],
    )


class _Table:
    """One CSV file that is being written."""

    def __init__(self, files: ExitStack, path: Path, header: str) -> None:
        file = files.enter_context(path.open("w", encoding="utf-8", newline=""))
        self._writer = csv.writer(file, lineterminator="\n")
        self._writer.writerow(header.split(","))
        self.count = 0

    def add(self, *row: object) -> None:
        self._writer.writerow(row)
        self.count += 1

    def add_all(self, rows: Iterable[tuple[object, ...]]) -> None:
        for row in rows:
            self._writer.writerow(row)
            self.count += 1


def _write_plan(plan: SamplePlan, seed: int, writers: dict[str, _Table]) -> None:
    for unit in plan.units:
        number = UNITS.index(unit)
        phone = phones.as_written(phones.unreachable(number, phones.UNITS), 1)
        writers["units.csv"].add(unit.unit_code, unit.name, unit.address, tax_code(number + 1), phone)
        writers["collection_points.csv"].add_all(collection_points_of(unit, number * 100, seed))
    for collector in plan.collectors:
        writers["collectors.csv"].add(
            collector.collector_code, collector.name, collector.phone, collector.unit_code, _yes(collector.active)
        )
    for route in plan.routes:
        writers["routes.csv"].add(route.route_code, route.name, route.unit_code, route.collector_code)


def _write_customer(customer: SampleCustomer, last_month: Month, writers: dict[str, _Table]) -> None:
    route = customer.route
    writers["customers.csv"].add(
        customer.customer_code,
        customer.name,
        customer.address,
        customer.phone,
        customer.tax_code,
        route.unit_code,
        route.route_code,
        customer.place_in_route,
        customer.price_group,
        customer.households,
        _yes(value=True),
    )
    writers["meters.csv"].add(
        customer.meter_number,
        customer.customer_code,
        customer.multiplier,
        customer.digits,
        installed_on(customer, last_month),
    )


def _yes(value: bool) -> str:
    return "true" if value else "false"
