"""A Parquet file is read like a CSV file that says the same; its values have types and one reading."""

import io
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow.parquet import write_table

from services.customer.imports.rows import CustomerRow
from shared.csv_files import FileRows, Row, read_rows
from shared.csv_files.cells import Day, Number, Whole, YesOrNo
from shared.csv_files.folder import find_file
from shared.csv_files.rejects import Rejects, reject_file


class Lent(Row):
    name: str
    on: Day
    count: Whole = 0
    weight: Number = Decimal(0)
    back: YesOrNo = False


def parquet(columns: Mapping[str, Any], **options: Any) -> bytes:
    file = io.BytesIO()
    write_table(pa.table(dict(columns)), file, **options)
    return file.getvalue()


def read(data: bytes, model: type[Row] = Lent) -> FileRows[tuple[int, Row]]:
    return read_rows("lent.parquet", data, model, lambda line, row: (line, row))


COLUMNS: dict[str, Any] = {
    "name": pa.array(["Thước", "Kìm"]).dictionary_encode(),
    "on": [date(2026, 1, 31), date(2026, 2, 1)],
    "count": [3, None],
    "weight": [1.234, 12.0],
    "back": [True, None],
}


def test_types_become_what_their_columns_hold() -> None:
    found = read(parquet(COLUMNS))
    assert found.bad == []
    assert found.columns == {"name", "on", "count", "weight", "back"}
    assert found.rows == [
        (1, Lent(name="Thước", on="2026-01-31", count="3", weight="1.2340", back="true")),
        (2, Lent(name="Kìm", on="2026-02-01", weight="12")),
    ]


@pytest.mark.parametrize(
    ("values", "count"),
    [
        (pa.array([3, 4], pa.uint64()), [3, 4]),
        (pa.array([3.0, 4.0]), [3, 4]),
        (pa.array([Decimal("3.000"), Decimal("4.000")]), [3, 4]),
        (pa.array(["3", "4"], pa.large_string()), [3, 4]),
    ],
)
def test_a_whole_number_is_one_whatever_type_it_has(values: Any, count: list[int]) -> None:
    assert [row.count for _, row in read(parquet(COLUMNS | {"count": values})).rows if isinstance(row, Lent)] == count


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("count", [3.5, 4.0], "must be a whole number: '3.5000'"),
        ("count", [-1, 4], "cannot be negative: '-1'"),
        ("count", [float("nan"), 4.0], "is not a number: 'nan'"),
        ("count", ["1.000", "4"], "has two readings: '1.000' may be 1000 or 1"),
        ("on", ["01/02/2026", "2026-02-01"], "is not a date like 2026-01-31: '01/02/2026' may be"),
        ("on", [datetime(2026, 1, 1, 7, tzinfo=UTC), None], "is not a date like 2026-01-31"),
        ("name", [None, "Kìm"], "is empty"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_its_row_as_in_csv(
    column: str, values: list[Any], message: str
) -> None:
    bad = read(parquet(COLUMNS | {column: values})).bad[0]
    assert (bad.line, bad.column) == (1, column)
    assert bad.message.startswith(message)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PAR1", "is a Parquet file that cannot be read"),
        (parquet(COLUMNS)[:-9], "is a Parquet file that cannot be read"),
        (parquet(COLUMNS | {"count": [[1], [2]]}), "count has values of the type list"),
        (parquet(COLUMNS | {"count": [1e15, 1.0]}), "holds a number that was rounded: 1000000000000000"),
        (parquet({"nam": ["Thước"], "on": [date(2026, 1, 31)]}), "the header lacks name"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(data: bytes, message: str) -> None:
    found = read(data)
    assert (found.rows, found.is_broken) == ([], True)
    assert found.bad[0].message.startswith(message)


def test_columns_of_types_that_no_cell_holds_are_left_out_where_nobody_reads_them() -> None:
    assert read(parquet(COLUMNS | {"history": [[1], [2]]})).bad == []


def test_lines_that_are_left_out_are_written_as_csv() -> None:
    rejects = Rejects("lent.parquet", {2: ["why"]})
    assert reject_file(parquet(COLUMNS), Lent, rejects).splitlines() == [
        "name,on,count,weight,back,rejected_line,rejected_because",
        "Kìm,2026-02-01,,12,,2,why",
    ]


def test_a_folder_may_hold_a_list_as_parquet(tmp_path: Path) -> None:
    (tmp_path / "customers.parquet").touch()
    assert find_file(tmp_path, "customers.csv") == tmp_path / "customers.parquet"


TEXTS = ["PB14010012345", "pb14010012345", "Hạnh", "0912 345 678", "1", "", "ð", "x?y"]


@given(st.lists(st.sampled_from(TEXTS), min_size=11, max_size=11))
def test_texts_are_read_as_those_of_csv_are(texts: list[str]) -> None:
    names = list(CustomerRow.columns())[:11]
    as_parquet = read(parquet({name: [text] for name, text in zip(names, texts, strict=True)}), CustomerRow)
    line = ",".join(texts)
    as_csv = read(f"{','.join(names)}\n{line}\n".encode(), CustomerRow)
    assert [row for _, row in as_parquet.rows] == [row for _, row in as_csv.rows]
    assert [(bad.column, bad.message) for bad in as_parquet.bad] == [(bad.column, bad.message) for bad in as_csv.bad]
