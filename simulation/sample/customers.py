"""Customers of a route in walking order: who they are, what they pay for, and how much they use."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp

from simulation.sample import names, phones
from simulation.sample.places import tax_code
from simulation.sample.plan import SampleRoute
from simulation.sample.randomness import SeededRandom, Table


@dataclass(frozen=True, slots=True)
class Usage:
    """A price group's customers: what they are called, their meters, and kWh of an ordinary month."""

    price_group: str
    median_kwh: int
    spread: float
    kinds: tuple[str, ...] = ()
    multipliers: tuple[int, ...] = (1,)
    by_time_of_use: bool = False
    households: tuple[str, ...] = ("1",)
    has_tax_code: bool = False


_HOUSEHOLD = Usage("household", 150, 0.62)
USAGES = Table(
    {
        _HOUSEHOLD: 905,
        Usage("household", 330, 0.5, households=("2", "2", "2", "3")): 14,
        Usage("household", 420, 0.5, kinds=("Nhà trọ",), households=("1.25", "1.5", "2.5", "3.75", "5")): 9,
        Usage("household_undeclared", 180, 0.5, kinds=("Nhà trọ",)): 6,
        Usage("household_prepaid", 90, 0.5): 5,
        Usage("household:70;business_lt6kv:30", 320, 0.5, kinds=names.SHOP): 14,
        Usage("business_lt6kv", 420, 0.7, kinds=names.SHOP, has_tax_code=True): 28,
        Usage("business_lt6kv", 3200, 0.4, ("Khách sạn", "Siêu thị"), (20, 30), True, has_tax_code=True): 4,
        Usage("production_lt6kv", 900, 0.6, kinds=names.FACTORY, has_tax_code=True): 4,
        Usage("production_lt6kv", 9000, 0.6, names.FACTORY, (30, 40, 60, 80), True, has_tax_code=True): 4,
        Usage("hospital_school_lt6kv", 700, 0.6, kinds=names.SCHOOL, has_tax_code=True): 4,
        Usage("public_lighting_lt6kv", 500, 0.6, kinds=names.OFFICE, has_tax_code=True): 3,
    }
)
"""How many of a thousand customers are of each kind."""


@dataclass(frozen=True, slots=True)
class SampleCustomer:
    """One customer with its meter."""

    customer_code: str
    name: str
    address: str
    phone: str
    tax_code: str
    route: SampleRoute
    place_in_route: int
    price_group: str
    households: str
    meter_number: str
    multiplier: int
    digits: int
    installed_year: int
    usual_kwh: int
    by_time_of_use: bool
    is_new: bool
    """Connected during the last month of the sample."""


def customers_of(route: SampleRoute, customers_in_unit: int, first_of_unit: int, seed: int) -> Iterator[SampleCustomer]:
    """Yield a route's customers, the first door first."""
    rng = SeededRandom(seed, "customers", route.route_code)
    walk = _walk(route, rng)
    for place in range(1, route.customers + 1):
        serial = route.first_serial + place - 1
        usage = rng.draw(USAGES)
        name = names.organisation(rng, usage.kinds) if usage.kinds else names.person(rng)
        year = 2008 + rng.below(18)
        multiplier = rng.pick(usage.multipliers)
        vacant = usage is _HOUSEHOLD and rng.chance(0.02)
        kwh = 0 if vacant else round(usage.median_kwh * exp(usage.spread * rng.bell()))
        yield SampleCustomer(
            customer_code=customer_code(route.unit_code, serial - first_of_unit, customers_in_unit, rng),
            name=name,
            address=next(walk),
            phone=phones.as_written(phones.unreachable(serial), rng.below(24)) if rng.chance(0.94) else "",
            tax_code=tax_code(1000 + serial) if usage.has_tax_code else "",
            route=route,
            place_in_route=place,
            price_group=usage.price_group,
            households=rng.pick(usage.households),
            meter_number=f"{year % 100:02d}{serial:07d}",
            multiplier=multiplier,
            digits=5 if year < 2018 else 6,
            installed_year=year,
            usual_kwh=kwh,
            by_time_of_use=usage.by_time_of_use,
            is_new=not vacant and rng.chance(0.003),
        )


def customer_code(unit_code: str, index: int, customers_in_unit: int, rng: SeededRandom) -> str:
    """Return a code of 13 characters: the unit and a serial; neighbours were not connected one after the other.

    One in a hundred has a code of the old form, with a T behind the unit.
    """
    stride = 7919 if customers_in_unit % 7919 else 7907
    order = (index * stride) % customers_in_unit
    gap = max(1, min(7, 900_000 // customers_in_unit))
    serial = 100 + order * gap + rng.below(gap)
    if serial < 1_000_000 and rng.chance(0.01):
        return f"{unit_code}T{serial:06d}"
    return f"{unit_code}{serial:07d}"


def _walk(route: SampleRoute, rng: SeededRandom) -> Iterator[str]:
    """Yield one address after the other as the route goes along its streets or canals."""
    per_street = -(-route.customers // len(route.streets))
    for street in route.streets:
        quarter, number = 1 + rng.below(8), 1
        for index in range(per_street):
            number += 2 if rng.chance(0.8) else rng.pick((0, 4, 6))
            if route.is_town:
                alley = f"/{rng.between(2, 40)}" if rng.chance(0.15) else ""
                yield f"Số {number}{alley} đường {street}, khóm {quarter}, {route.commune}, tỉnh Cà Mau"
            else:
                yield f"Tổ {1 + index // 12}, ấp {street}, {route.commune}, tỉnh Cà Mau"
