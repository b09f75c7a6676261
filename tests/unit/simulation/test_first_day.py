"""The sample files of the office's first day are those that the generator makes."""

from simulation.sample.first_day import FILE, UNIT, first_day_files, source
from simulation.sample.places import UNITS


def test_the_office_holds_what_the_generator_makes() -> None:
    assert FILE.read_text(encoding="utf-8") == source(), "run .venv/bin/python -m simulation.sample.first_day"


def test_every_customer_has_a_meter_and_a_reading_and_the_unit_is_nobodys() -> None:
    files = first_day_files()
    customers, meters, readings = (
        [line.split(",") for line in files[name].splitlines()[1:]]
        for name in ("customers.csv", "meters.csv", "readings.csv")
    )
    codes = {cells[0] for cells in customers}
    assert codes == {cells[1] for cells in meters} == {cells[0] for cells in readings}
    assert len(codes) == len(customers)
    assert UNIT.unit_code not in {unit.unit_code for unit in UNITS}
