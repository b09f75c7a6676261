"""The customers of the sandbox: made up once, with readings that go on from month to month."""

import csv
from datetime import date
from pathlib import Path

from ops.commands import partner_sandbox_customers as sandbox


def readings(folder: Path) -> dict[tuple[str, str, str], tuple[int, int]]:
    with (folder / "readings.csv").open(encoding="utf-8") as file:
        return {
            (row["customer_code"], row["year"], row["month"]): (int(row["old_reading"]), int(row["new_reading"]))
            for row in csv.DictReader(file)
        }


def test_readings_that_are_written_a_month_later_go_on_where_the_others_ended(tmp_path: Path) -> None:
    sandbox.write(tmp_path / "then", 3, date(2026, 12, 31))
    sandbox.write(tmp_path / "later", 3, date(2027, 1, 1))
    then, later = readings(tmp_path / "then"), readings(tmp_path / "later")
    assert {month for _, _, month in then} == {"9", "10", "11"}
    assert {month for _, _, month in later} == {"10", "11", "12"}
    assert all(then[key] == later[key] for key in then.keys() & later.keys())
    for code in sandbox.codes(3):
        assert then[code, "2026", "11"][1] == later[code, "2026", "12"][0]
