"""The files of the office's first day: a small unit, its collector, two routes, customers, meters, a month of readings.

``python -m simulation.sample.first_day`` writes them into the office's sources, where they are offered for download.
Which month was read last is put in by the browser, so that the files never grow old.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from simulation.sample import phones
from simulation.sample.customers import SampleCustomer, customers_of
from simulation.sample.places import UnitPlace, tax_code
from simulation.sample.plan import SampleCollector, SampleRoute
from simulation.sample.readings import Month, installed_on, readings_of
from simulation.sample.writer import HEADERS

FILE = Path(__file__).resolve().parents[2] / "web" / "src" / "office" / "first_day_files.ts"
UNIT = UnitPlace(
    "PB9900", "Điện lực Tập Dượt", "Tập Dượt", "Số 1 đường Tập Dượt, xã Cái Nước, tỉnh Cà Mau", 0, (), ("xã Cái Nước",)
)
"""No power company has this code: nothing of it can be taken for a real unit's."""
_SEED = 14
_FIRST_SERIAL = 4_900_000
"""Behind the customers of every other sample: no meter and no phone number is both."""
_SIZES = (8, 7)
_MONTH = Month(2026, 10)


def first_day_files() -> dict[str, str]:
    """Return the files by their names; in the readings stand ``{year}``, ``{month}``, ``{from}`` and ``{to}``."""
    collector = SampleCollector(
        "TN9900001",
        "Nguyễn Văn Mẫu",
        phones.as_written(phones.unreachable(999_000, phones.COLLECTORS), 1),
        UNIT.unit_code,
    )
    unit_phone = phones.as_written(phones.unreachable(990, phones.UNITS), 1)
    customers = list(_customers(collector))
    return {
        "units.csv": _csv(
            "units.csv", [(UNIT.unit_code, UNIT.name, UNIT.address, tax_code(_FIRST_SERIAL), unit_phone)]
        ),
        "collectors.csv": _csv(
            "collectors.csv",
            [(collector.collector_code, collector.name, collector.phone, collector.unit_code, "true")],
        ),
        "routes.csv": _csv(
            "routes.csv",
            [(one.route_code, one.name, one.unit_code, one.collector_code) for one in _routes(collector)],
        ),
        "customers.csv": _csv(
            "customers.csv",
            [
                (
                    one.customer_code, one.name, one.address, one.phone, one.tax_code, UNIT.unit_code,
                    one.route.route_code, one.place_in_route, one.price_group, one.households, "true",
                )
                for one in customers
            ],
        ),
        "meters.csv": _csv(
            "meters.csv",
            [
                (one.meter_number, one.customer_code, one.multiplier, one.digits, installed_on(one, _MONTH))
                for one in customers
            ],
        ),
        "readings.csv": _csv("readings.csv", (row for one in customers for row in _readings(one))),
    }  # fmt: skip


def _routes(collector: SampleCollector) -> list[SampleRoute]:
    routes: list[SampleRoute] = []
    for number, (size, hamlet) in enumerate(zip(_SIZES, ("Cái Rô", "Kinh Mới"), strict=True), start=1):
        routes.append(
            SampleRoute(
                route_code=f"{UNIT.unit_code}-{number:03d}",
                name=f"Xã Cái Nước, ấp {hamlet}",
                unit_code=UNIT.unit_code,
                collector_code=collector.collector_code,
                commune="xã Cái Nước",
                is_town=False,
                streets=(hamlet,),
                first_serial=_FIRST_SERIAL + sum(_SIZES[: number - 1]),
                customers=size,
            )
        )
    return routes


def _customers(collector: SampleCollector) -> Iterable[SampleCustomer]:
    for route in _routes(collector):
        for customer in customers_of(route, sum(_SIZES), _FIRST_SERIAL, _SEED):
            # Everybody has a bill: nobody's house is empty, nobody was connected in the middle of the month.
            yield replace(customer, usual_kwh=customer.usual_kwh or 100, is_new=False)


def _readings(customer: SampleCustomer) -> Iterable[tuple[object, ...]]:
    for row in readings_of(customer, [_MONTH], _SEED):
        code, meter, register, cycle, _, _, _, _, old, new, *rest = row
        # When the bill is due is left to the rule of the unit.
        yield code, meter, register, cycle, "{month}", "{year}", "{from}", "{to}", old, new, *rest[:-1], ""


def _csv(name: str, rows: Iterable[tuple[object, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADERS[name].split(","))
    writer.writerows(rows)
    return text.getvalue()


def source() -> str:
    """Return the office's source that holds the files."""
    lines = [
        "// Made by `.venv/bin/python -m simulation.sample.first_day`: change that, not this.",
        f'export const UNIT = "{UNIT.unit_code}";',
        "",
        "export const FILES = {",
    ]
    for name, content in first_day_files().items():
        lines.append(f"  {name.removesuffix('.csv')}: `{content}`,")
    return "\n".join([*lines, "} as const;", ""])


if __name__ == "__main__":
    FILE.write_text(source(), encoding="utf-8")
