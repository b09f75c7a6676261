"""The engine against real bills, published examples and cases derived from the rules."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.billing.quote.quote_rows import quote_rows

CASES = Path(__file__).parents[2] / "data" / "bill_cases.csv"


def cases() -> Iterator[Any]:
    with CASES.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield pytest.param(row, id=row["id"])


@pytest.mark.parametrize("row", list(cases()))
def test_the_bill_is_the_printed_one_to_the_dong(row: dict[str, str]) -> None:
    lines = [",".join(row), ",".join(f'"{value}"' for value in row.values())]
    (answer,) = quote_rows("\n".join(lines))
    assert "error" not in answer
    for name in ("pre_vat", "vat", "total"):
        if row[f"expected_{name}"]:
            assert answer[name] == int(row[f"expected_{name}"]), answer
    assert sum(line["amount"] for line in answer["lines"]) == answer["pre_vat"]


def test_a_whole_file_is_quoted_in_its_order() -> None:
    with CASES.open(encoding="utf-8") as file:
        expected = [row["id"] for row in csv.DictReader(file)]
    assert [answer["id"] for answer in quote_rows(CASES.read_bytes())] == expected
