"""Reads the CSV files of an import and says of each line that is wrong what is wrong with it.

Files are UTF-8 (with or without a byte order mark), comma-separated, with a header line. Line numbers count from 1 for
the header, as editors and spreadsheets do; a field that holds line breaks counts the line where the record begins.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from shared.contracts.uses import BadHouseholdsError, Households, Uses
from shared.phones import InvalidPhoneError, normalise
from shared.text import has_control_characters, search_key, tidy

MOST_REPORTED = 1000
"""Bad lines that are named; a file with more is not the right file."""

Read = Callable[[str], Any]


@dataclass(frozen=True)
class BadLine:
    """What is wrong with one line: ``column`` is empty when the line as a whole is wrong."""

    file: str
    line: int
    column: str
    message: str


@dataclass(frozen=True)
class FileFormat:
    """The columns of a file in their order, each with the function that reads it; ``key`` names the unique one."""

    name: str
    table: str
    key: str
    columns: Mapping[str, Read]


@dataclass
class FileContent:
    """What was read of a file: rows as the columns of its format, each preceded by its line number."""

    format: FileFormat
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)


def _text(longest: int, *, empty: bool = False, words: bool = False) -> Read:
    def read(value: str) -> str:
        if has_control_characters(value):
            raise ValueError("holds control characters")
        clean = tidy(value)
        if not clean and not empty:
            raise ValueError("is empty")
        if len(clean) > longest:
            raise ValueError(f"is longer than {longest} letters")
        if words and not search_key(clean):
            raise ValueError("holds no letters")
        return clean

    return read


def _pattern(pattern: str, example: str) -> Read:
    compiled = re.compile(pattern)

    def read(value: str) -> str:
        clean = value.strip()
        if not compiled.fullmatch(clean):
            raise ValueError(f"is not like {example}")
        return clean

    return read


def _whole(least: int, most: int) -> Read:
    def read(value: str) -> int:
        clean = value.strip()
        if not re.fullmatch(r"-?[0-9]{1,12}", clean):
            raise ValueError("is not a whole number")
        if not least <= int(clean) <= most:
            raise ValueError(f"is not from {least} to {most}")
        return int(clean)

    return read


def _yes_or_no(value: str) -> bool:
    known = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if (clean := value.strip().lower()) not in known:
        raise ValueError("is neither true nor false")
    return known[clean]


def _day(value: str) -> date:
    clean = value.strip()
    # fromisoformat alone would take other forms of the standard, too, such as 2026-W05.
    is_like_a_date = re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", clean)
    try:
        return date.fromisoformat(clean if is_like_a_date else "")
    except ValueError:
        raise ValueError("is not a date like 2026-01-31") from None


def _phone(value: str) -> str | None:
    if not value.strip():
        return None
    try:
        return normalise(value)
    except InvalidPhoneError as error:
        raise ValueError(str(error)) from None


def _households(value: str) -> str:
    try:
        return Households.of(Households(value.strip()).number)
    except BadHouseholdsError:
        raise ValueError("is not a number of households in steps of 0.25") from None


def _price_group(value: str) -> str:
    return Uses(value.strip()).checked()


def _or_none(read: Read) -> Read:
    return lambda value: read(value) if value.strip() else None


_UNIT = _pattern(r"P[A-Z][0-9A-Z]{4}", "PB1401")
_COLLECTOR = _pattern(r"[A-Z0-9_.\-]{2,20}", "TN0001")
_ROUTE = _pattern(r"[A-Z0-9_.\-]{2,24}", "PB1401-01")
_CUSTOMER = _pattern(r"P[A-Z][0-9A-Z]{9,11}", "PB14010012345")
_METER = _pattern(r"[0-9A-Z][0-9A-Z.\-/]{0,29}", "21012345")
_TAX_CODE = _pattern(r"[0-9]{9,14}(-[0-9]{3})?", "0300942001 or 0300942001-001")

UNITS = FileFormat(
    "units.csv",
    "units",
    "unit_code",
    {
        "unit_code": _UNIT,
        "name": _text(200, words=True),
        "address": _text(300),
        "tax_code": _TAX_CODE,
        "phone": _text(40),
    },
)
COLLECTORS = FileFormat(
    "collectors.csv",
    "collectors",
    "collector_code",
    {
        "collector_code": _COLLECTOR,
        "name": _text(200, words=True),
        "phone": _text(40),
        "unit_code": _UNIT,
        "active": _yes_or_no,
    },
)
ROUTES = FileFormat(
    "routes.csv",
    "routes",
    "route_code",
    {"route_code": _ROUTE, "name": _text(200), "unit_code": _UNIT, "collector_code": _COLLECTOR},
)
CUSTOMERS = FileFormat(
    "customers.csv",
    "customers",
    "customer_code",
    {
        "customer_code": _CUSTOMER,
        "name": _text(200, words=True),
        "address": _text(300),
        "phone": _phone,
        "tax_code": _or_none(_TAX_CODE),
        "unit_code": _UNIT,
        "route_code": _ROUTE,
        "place_in_route": _whole(0, 1_000_000),
        "price_group": _price_group,
        "households": _households,
        "active": _yes_or_no,
    },
)
METERS = FileFormat(
    "meters.csv",
    "meters",
    "meter_number",
    {
        "meter_number": _METER,
        "customer_code": _CUSTOMER,
        "multiplier": _whole(1, 1_000_000),
        "digits": _whole(3, 10),
        "installed_on": _day,
    },
)
FORMATS = (UNITS, COLLECTORS, ROUTES, CUSTOMERS, METERS)
"""In the order in which they refer to each other."""


def read_file(path: Path, file_format: FileFormat) -> FileContent:
    """Read a whole file; every line that is wrong is named, none is left out silently."""
    content = FileContent(file_format)
    first_lines: dict[Any, int] = {}
    key_place = 1 + list(file_format.columns).index(file_format.key)
    for line, cells in _records(path, content):
        if len(content.bad) >= MOST_REPORTED:
            content.bad.append(BadLine(path.name, line, "", "there are more bad lines; reading stopped here"))
            break
        row = _row(path.name, line, cells, content)
        if row is None:
            continue
        first = first_lines.setdefault(row[key_place], line)
        if first != line:
            message = f"{row[key_place]} stands in line {first} already"
            content.bad.append(BadLine(path.name, line, file_format.key, message))
            continue
        content.rows.append(row)
    return content


def _records(path: Path, content: FileContent) -> Iterator[tuple[int, list[str]]]:
    """Yield each record after the header with the line on which it begins."""
    columns = list(content.format.columns)
    reader = csv.reader(_lines(path, content), strict=True)
    line = 0
    try:
        for cells in reader:
            begins, line = line + 1, reader.line_num
            if begins == 1:
                header = [cell.strip() for cell in cells]
                if header != columns:
                    expected = ",".join(columns)
                    content.bad.append(BadLine(path.name, 1, "", f"the header is not {expected}"))
                    return
            elif cells:
                yield begins, cells
    except csv.Error as error:
        content.bad.append(BadLine(path.name, line + 1, "", f"cannot be read as CSV: {error}"))
        return
    if line == 0 and not content.bad:
        content.bad.append(BadLine(path.name, 1, "", "the file is empty"))


def _lines(path: Path, content: FileContent) -> Iterator[str]:
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            try:
                yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                content.bad.append(BadLine(path.name, number, "", "is not UTF-8"))
                return


def _row(file: str, line: int, cells: Sequence[str], content: FileContent) -> tuple[Any, ...] | None:
    columns = content.format.columns
    if len(cells) != len(columns):
        content.bad.append(BadLine(file, line, "", f"has {len(cells)} fields instead of {len(columns)}"))
        return None
    row: list[Any] = [line]
    good = True
    for (column, read), cell in zip(columns.items(), cells, strict=True):
        try:
            row.append(read(cell))
        except ValueError as error:
            content.bad.append(BadLine(file, line, column, str(error)))
            good = False
    return tuple(row) if good else None
