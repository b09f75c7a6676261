"""Who works where: units, routes of 20 to 200 customers, and the collectors who walk them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from simulation.sample import names, phones
from simulation.sample.places import HAMLETS, STREETS, UNITS, UnitPlace
from simulation.sample.randomness import SeededRandom

SMALLEST_ROUTE, LARGEST_ROUTE = 20, 200
_USUAL_ROUTE = 95
_CUSTOMERS_PER_UNIT = 60
"""Below this many customers a unit more is not opened, so that small samples still have whole routes."""


@dataclass(frozen=True)
class SampleCollector:
    """A collector; ``active`` is False for someone who has left."""

    collector_code: str
    name: str
    phone: str
    unit_code: str
    active: bool = True


@dataclass(frozen=True)
class SampleRoute:
    """A route through one ward or commune."""

    route_code: str
    name: str
    unit_code: str
    collector_code: str
    commune: str
    is_town: bool
    streets: tuple[str, ...]
    """Streets of a town route, hamlets of the others, in walking order."""
    first_serial: int
    """Serial of the first customer in the whole sample."""
    customers: int


@dataclass
class SamplePlan:
    """Everything but the customers themselves."""

    units: list[UnitPlace] = field(default_factory=list)
    collectors: list[SampleCollector] = field(default_factory=list)
    routes: list[SampleRoute] = field(default_factory=list)
    customers_of_unit: dict[str, int] = field(default_factory=dict)


def make_plan(customers: int, seed: int) -> SamplePlan:
    """Spread customers over units and routes and give each route a collector."""
    plan = SamplePlan()
    plan.customers_of_unit = shares(customers)
    plan.units = [unit for unit in UNITS if unit.unit_code in plan.customers_of_unit]
    serial = 0
    for unit in plan.units:
        rng = SeededRandom(seed, "plan", unit.unit_code)
        sizes = route_sizes(plan.customers_of_unit[unit.unit_code], rng)
        routes_each = max(1, min(5, len(sizes) // 2))
        for index, size in enumerate(sizes):
            if index % routes_each == 0:
                plan.collectors.append(_collector(unit, len(plan.collectors), index // routes_each + 1, rng))
            route = _route(unit, index, plan.collectors[-1].collector_code, serial, size, rng)
            plan.routes.append(route)
            serial += size
        if len(sizes) > 4 * routes_each:
            number = (len(sizes) - 1) // routes_each + 2
            plan.collectors.append(_collector(unit, len(plan.collectors), number, rng, active=False))
    return plan


def shares(customers: int) -> dict[str, int]:
    """Return how many customers each unit has; the largest units come first in small samples."""
    count = max(1, min(len(UNITS), customers // _CUSTOMERS_PER_UNIT))
    chosen = sorted(UNITS, key=lambda unit: -unit.share)[:count]
    whole = sum(unit.share for unit in chosen)
    result, given, weight = {}, 0, 0
    for unit in chosen:
        weight += unit.share
        upto = customers * weight // whole
        result[unit.unit_code] = upto - given
        given = upto
    return result


def route_sizes(customers: int, rng: SeededRandom) -> list[int]:
    """Cut a unit's customers into routes of 20 to 200; fewer than 20 customers are one route."""
    usual = max(25, min(_USUAL_ROUTE, customers // 4))
    sizes = []
    left = customers
    while left:
        size = round(usual * (1 + 0.3 * rng.bell()))
        size = max(SMALLEST_ROUTE, min(LARGEST_ROUTE, size))
        if left - size < SMALLEST_ROUTE:
            size = left if left <= LARGEST_ROUTE else left // 2
        sizes.append(size)
        left -= size
    return sizes


def _collector(unit: UnitPlace, serial: int, number: int, rng: SeededRandom, *, active: bool = True) -> SampleCollector:
    return SampleCollector(
        collector_code=f"TN{unit.unit_code[2:]}{number:03d}",
        name=names.person(rng),
        phone=phones.as_written(phones.unreachable(serial, phones.COLLECTORS), 1),
        unit_code=unit.unit_code,
        active=active,
    )


def _route(
    unit: UnitPlace, index: int, collector_code: str, first_serial: int, customers: int, rng: SeededRandom
) -> SampleRoute:
    places = unit.wards + unit.communes
    commune = places[index % len(places)]
    is_town = commune in unit.wards
    streets = tuple(_distinct(STREETS if is_town else HAMLETS, 1 + customers // 60, rng))
    return SampleRoute(
        route_code=f"{unit.unit_code}-{index + 1:03d}",
        name=f"{commune[0].upper()}{commune[1:]}, {'đường' if is_town else 'ấp'} {streets[0]}",
        unit_code=unit.unit_code,
        collector_code=collector_code,
        commune=commune,
        is_town=is_town,
        streets=streets,
        first_serial=first_serial,
        customers=customers,
    )


def _distinct(options: tuple[str, ...], count: int, rng: SeededRandom) -> Iterator[str]:
    start, step = rng.below(len(options)), 5
    for number in range(count):
        yield options[(start + number * step) % len(options)]
