"""Files with faults that nobody has seen before: each gives rows, or says in a line what is wrong; nothing else."""

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.billing.imports.readings import ReadingRow
from shared.csv_files import BadLine, UnreadableFileError
from shared.csv_files import text_file as text_files
from shared.csv_files.rows import RowReader
from shared.csv_files.text_file import source_of
from tests.unit.shared.test_workbook import workbook

HEADER = (
    "customer_code,meter_number,register,cycle,month,year,period_from,period_to,old_reading,new_reading,cut_days,"
    "cos_phi,due_date"
)
LINES = [f"PB1401000{n:04d},M{n},KT,1,10,2026,2026-10-01,2026-10-31,100,200,0,,2026-11-10" for n in range(20)]
TEXT = "\n".join([HEADER, *LINES]) + "\n"
CSV = TEXT.encode()
WORKBOOK = workbook(*(line.split(",") for line in [HEADER, *LINES]))


def parquet() -> bytes:
    file = io.BytesIO()
    columns = zip(*(line.split(",") for line in LINES), strict=True)
    pq.write_table(pa.table(dict(zip(HEADER.split(","), map(list, columns), strict=True))), file)
    return file.getvalue()


PARQUET = parquet()
PIECES = [
    *(b"\x00", b"\xef\xbb\xbf", b"\r", b"\n", b"\r\n", b'"', b";", b"\t", b"|", b"\xff\xfe", b"\x1a", b"\xa0", b"\x85"),
    *(b"=1+1", b"1,5", b"1.000", b"45000", b"0001-01-01", b"31/12/2026", b"NULL", b"#N/A", b"9" * 400, b"\xc3", b"nan"),
    *("\u2028".encode(), "½".encode(), "１２".encode(), b"sep=;", b",,,,", b"1e5", b"<html>", b"PK\x03\x04", b"PAR1"),
    *(b"\x0b", b"999999999999999", b"true", b"2026-10-31T00:00:00", HEADER.encode() + b"\n", b'"' + b"x" * 200_000),
]


def found(path: Path, data: bytes, *, convert_legacy: bool = False) -> tuple[int, list[BadLine]]:
    """Return how many rows a file has, and what is wrong in it."""
    path.write_bytes(data)
    try:
        source = source_of(path)
    except UnreadableFileError as error:
        return 0, [error.bad]
    reader = RowReader(path.name, source.data, ReadingRow, convert_legacy=convert_legacy)
    return sum(1 for _ in reader), reader.bad


def with_faults(data: bytes, seed: int) -> bytes:
    """Return a file with some pieces put in, left out, written over or repeated."""
    chance = random.Random(seed)
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 6))):
        place = chance.randrange(len(changed) + 1)
        piece = chance.choice(PIECES)
        match chance.randrange(5):
            case 0:
                changed[place:place] = piece
            case 1:
                changed[place : place + len(piece)] = piece
            case 2:
                del changed[place : place + chance.randrange(1, 200)]
            case 3:
                del changed[place:]
            case _:
                changed[place:place] = changed[max(0, place - 99) : place] * 9
    return bytes(changed)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from([CSV, CSV, WORKBOOK, PARQUET, TEXT.encode("utf-16")]), st.integers(0, 1 << 32), st.booleans())
def test_whatever_is_wrong_is_said_in_one_line(tmp_path: Path, data: bytes, seed: int, convert_legacy: bool) -> None:
    _, bad = found(tmp_path / "readings.csv", with_faults(data, seed), convert_legacy=convert_legacy)
    for line in bad:
        assert line.slug
        assert str(line).isprintable()
        assert len(str(line)) < 1000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("\n", "\r\n", 5).replace("\n", "\r"), ""),
        (lambda text: "\ufeff" + text, ""),
        (lambda text: text.replace(",", ";"), ""),
        (lambda text: text.replace(",100,", ",1\x0000,"), "is not a number"),
        (lambda text: text.replace("2026-10-01", "0001-01-01"), "is not in a year from 1950 to 2100"),
        (lambda text: text.replace("2026-10-01", "46296"), "the day number of a spreadsheet"),
        (lambda text: text.replace(",200,", ',"200,5",'), "must be a whole number"),
        (lambda text: text.replace(",200,", ',"1.234,5",'), "separators between thousands"),
        (lambda text: text.replace(",200,", ",=A1+1,"), "is not a number"),
        (lambda text: text.replace("due_date", "cycle"), "names cycle twice"),
        (lambda text: text.replace(",", "^"), "is no header"),
        (lambda text: text + '"' + "x" * 10_000_000, "is longer than 1,048,576 letters"),
        (lambda text: text + "," * 10_000_000, "is longer than 1,048,576 letters"),
        (lambda text: text + "y" * 500_000, "field larger than field limit"),
        (lambda text: text.replace("2026-10-01", "đ" * 130_000, 1), "is not a date"),
    ],
    ids=[
        *("mixed ends of lines", "a mark", "semicolons", "zero bytes", "the year 1", "a day number", "a decimal comma"),
        *("thousands", "a formula", "a column twice", "another separator", "a quote that is not closed"),
        *("ten million commas", "a long cell", "a long word"),
    ],
)
def test_faults_that_are_usual(tmp_path: Path, change: Callable[[str], str], message: str) -> None:
    count, bad = found(tmp_path / "readings.csv", change(TEXT).encode())
    if not message:
        assert (count, bad) == (len(LINES), [])
    else:
        assert any(message in str(line) for line in bad), [str(line) for line in bad[:3]]


def test_a_file_that_is_cut_off_is_refused_whatever_it_is(tmp_path: Path) -> None:
    for data in (WORKBOOK, PARQUET):
        for length in (5, len(data) // 2, len(data) - 1):
            count, [bad] = found(tmp_path / "readings.csv", data[:length])
            assert (count, "cannot be read" in str(bad)) == (0, True), str(bad)


def repacked(name: str, content: bytes, *, said: int | None = None) -> bytes:
    """Return the workbook with another part; ``said`` is how large it says that it is."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
    data = file.getvalue()
    if said is not None:
        size = len(content).to_bytes(4, "little")
        assert data.count(size) >= 1
        data = data.replace(size, said.to_bytes(4, "little"))
    return data


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("xl/styles.xml", b"<a>" + b" " * 310_000_000, None),
        ("xl/styles.xml", b"<a>" + b" " * 3_000_017, 100),
        ("xl/worksheets/sheet1.xml", b'<sheetData><row r="1"><c r="XFD1048576"><v>1</v></c></row></sheetData>', None),
    ],
    ids=["it unpacks to too much", "it says that it is smaller", "a cell in the last corner"],
)
def test_workbooks_that_would_fill_the_memory_are_refused(
    tmp_path: Path, name: str, content: bytes, said: int | None
) -> None:
    count, [bad] = found(tmp_path / "readings.csv", repacked(name, content, said=said))
    assert (count, bad.slug) == (0, "bad-workbook")


def test_what_is_read_as_a_whole_has_a_limit_and_the_rest_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_files, "LARGEST_WHOLE", 1000)
    assert found(tmp_path / "readings.csv", CSV) == (len(LINES), [])
    assert found(tmp_path / "readings.csv", PARQUET) == (len(LINES), [])
    for data in (WORKBOOK, TEXT.encode("utf-16")):
        count, [bad] = found(tmp_path / "readings.csv", data)
        assert (count, bad.slug, "save it as one of these" in str(bad)) == (0, "too-large", True)
