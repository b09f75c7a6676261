"""Places where a notice can be paid: the unit's own counter, post offices, banks and shops."""

from collections.abc import Iterator

from simulation.sample import names, phones
from simulation.sample.places import STREETS, UnitPlace
from simulation.sample.randomness import SeededRandom

_WEEKDAYS = "T2–T6 07:30–11:30, 13:30–16:30"


def collection_points_of(unit: UnitPlace, first_serial: int, seed: int) -> Iterator[tuple[str, ...]]:
    """Yield the rows of ``collection_points.csv`` of one unit; the counter of the unit comes first."""
    rng = SeededRandom(seed, "collection points", unit.unit_code)
    places = unit.wards + unit.communes
    rows = [(f"Quầy thu {unit.name}", "counter", unit.address, "T2–T7 07:00–11:30, 13:00–17:00")]
    rows += [
        (f"Bưu điện {commune.split(' ', 1)[1]}", "post_office", _address(rng, commune), "T2–CN 07:00–18:00")
        for commune in places[:3]
    ]
    rows += [
        (f"Ngân hàng {names.AUSPICIOUS[(first_serial + n) % 6]} Việt, PGD {unit.short_name} {n + 1}", "bank",
         _address(rng, rng.pick(places)), _WEEKDAYS)
        for n in range(1 + unit.share // 8)
    ]  # fmt: skip
    rows += [
        (names.organisation(rng, names.SHOP[:4]), "other", _address(rng, commune), "Hằng ngày 06:00–20:00")
        for commune in places[:2]
    ]
    for number, (name, kind, address, hours) in enumerate(rows):
        phone = phones.as_written(phones.unreachable(first_serial + number, phones.COLLECTION_POINTS), 1)
        yield f"DT{unit.unit_code[2:]}{number + 1:02d}", name, kind, address, hours, phone, unit.unit_code


def _address(rng: SeededRandom, commune: str) -> str:
    return f"Số {rng.between(2, 240)} đường {rng.pick(STREETS)}, {commune}, tỉnh Cà Mau"
