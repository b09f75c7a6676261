"""Rows of a file as values of a pydantic model."""

import re
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from shared.csv_files.bad_lines import MOST_REPORTED, BadLine, Finding, Remark, UnreadableFileError
from shared.csv_files.cells import Notes
from shared.csv_files.encoding import cells_of, decoded
from shared.csv_files.legacy_cells import Legacy
from shared.csv_files.table import Record, Table, Text
from shared.csv_files.text_file import PARQUET, ParquetOnDisk, TextFile
from shared.csv_files.workbook import is_workbook, sheet_records
from shared.text import tidy


class Row(BaseModel):
    """A row: one field a column, called by the field's alias where it has one. An empty cell takes the default."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    optional_columns: ClassVar[frozenset[str]] = frozenset()
    """Columns that a header may lack."""

    @classmethod
    def columns(cls) -> dict[str, FieldInfo]:
        """Return the columns by name."""
        return {info.alias or name: info for name, info in cls.model_fields.items()}


_UNSEEN_BETWEEN = re.compile("[^\\W\\d_]{1,40}[\u200b\u2060\ufeff\u00ad]+[^\\W\\d_]{1,40}")
"""Marks without a width between letters: they may stand for a blank, or for nothing.

Of a word not more than 40 letters on either side: without that limit, a cell of one long word costs the square of its
length.
"""

_LONGEST_MESSAGE = 300
"""Letters: a cell may hold a whole file, and a report has a line for each finding."""

Data = bytes | str | TextFile | ParquetOnDisk
"""The content of a file: its bytes, its text, or where it is read from in pieces."""

RowT = TypeVar("RowT", bound=Row)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Line(Generic[RowT]):
    """A line with content: its row, or what is wrong with it."""

    number: int
    cells: Mapping[str, str]
    """What stands in the columns, as text; empty ones are left out."""
    row: RowT | None
    bad: tuple[BadLine, ...] = ()
    remarks: tuple[Remark, ...] = ()
    fields: Sequence[str] = ()
    """All its fields as they stand in the file."""


@dataclass(slots=True)
class FileRows(Generic[T]):
    """The rows of a whole file, and everything that is wrong in it."""

    rows: list[T] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    """What was read otherwise than it is written: the first :data:`~shared.csv_files.MOST_REPORTED`."""
    bad_cells: dict[int, Mapping[str, str]] = field(default_factory=dict)
    """What stands in the columns of bad lines."""
    repeated: dict[int, str] = field(default_factory=dict)
    """Lines whose key stands in a later line again, with the reason for which they are left out."""
    columns: frozenset[str] = frozenset()
    """Those of the model's columns that the header names."""
    is_broken: bool = False
    """Whether the file as a whole, or its rest, could not be read."""


def open_table(file: str, data: Data, model: type[Row], *, convert_legacy: bool = False) -> tuple[Table, Legacy]:
    """Return a file's table, and what becomes of its texts in old encodings; see :func:`read_lines`."""
    columns = model.columns()
    is_western = False
    content: Text | Iterator[Record]
    if isinstance(data, TextFile):
        content = data
    elif isinstance(data, ParquetOnDisk):
        content = _parquet_records(file, data.path, list(columns))
    elif isinstance(data, str):
        content = data.removeprefix("\ufeff")
    elif is_workbook(data):
        content = sheet_records(file, data)
    elif data.startswith(PARQUET):
        content = _parquet_records(file, data, list(columns))
    else:
        text = decoded(file, data, convert_legacy=convert_legacy)
        content, is_western = text.text, text.is_western

    def cells() -> Iterable[str]:
        if isinstance(content, str):
            return cells_of(content)
        if isinstance(data, TextFile):
            return _cells_of_file(data)
        assert not isinstance(data, str)  # noqa: S101 - a text is handled above
        records: Iterator[Record]
        if isinstance(data, ParquetOnDisk):
            records = _parquet_records(file, data.path, list(columns))
        elif data.startswith(PARQUET):
            records = _parquet_records(file, data, list(columns))
        else:
            records = sheet_records(file, data)
        return (cell for record in records for cell in record.raw)

    legacy = Legacy(file, cells, convert=convert_legacy, is_western=is_western)
    return Table(file, content, list(columns), columns.keys() - model.optional_columns), legacy


def _parquet_records(file: str, data: bytes | Path, known: Sequence[str]) -> Iterator[Record]:
    from shared.csv_files.parquet import parquet_records  # noqa: PLC0415 - a large library, and only here

    return parquet_records(file, data, known)


def _cells_of_file(text: TextFile) -> Iterator[str]:
    with text.open() as stream:
        for line in stream:
            yield from cells_of(line)


def read_lines(file: str, data: Data, model: type[RowT], *, convert_legacy: bool = False) -> Iterator[Line[RowT]]:
    """Yield the lines of a CSV file or workbook that hold anything, each by itself.

    With ``convert_legacy`` texts in old Vietnamese encodings are converted; else they are refused. Raises
    :class:`UnreadableFileError` at once when nothing can be read. When the file breaks off later, the last line that is
    yielded has the cause.
    """
    table, legacy = open_table(file, data, model, convert_legacy=convert_legacy)
    return _lines(table, model, model.columns(), legacy)


def column_of(file: str, data: Data, model: type[Row], column: str, *, convert_legacy: bool = False) -> Iterator[str]:
    """Yield what stands in one column, as far as the file can be read; nothing else of it is looked at."""
    try:
        table, _ = open_table(file, data, model, convert_legacy=convert_legacy)
        place = table.columns.index(column)
        yield from (record.cells[place] for record in table if place < record.width and record.cells[place])
    except UnreadableFileError:
        return


class RowReader(Generic[RowT]):
    """The rows of a file one after the other, each with its line; what is wrong in it is known when they have ended.

    After :data:`~shared.csv_files.MOST_REPORTED` bad lines the rest is not read.
    """

    def __init__(self, file: str, data: Data, model: type[RowT], *, convert_legacy: bool = False) -> None:
        self.bad: list[BadLine] = []
        self.remarks: list[Remark] = []
        """What was read otherwise than it is written: the first :data:`~shared.csv_files.MOST_REPORTED`."""
        self.bad_cells: dict[int, Mapping[str, str]] = {}
        """What stands in the columns of bad lines."""
        self.columns: frozenset[str] = frozenset()
        """Those of the model's columns that the header names."""
        self.is_broken = False
        """Whether the file as a whole, or its rest, could not be read."""
        self._file = file
        self._data = data
        self._lines: Generator[Line[RowT]] | None = None
        try:
            table, legacy = open_table(file, data, model, convert_legacy=convert_legacy)
        except UnreadableFileError as error:
            self._break(error.bad)
        else:
            self.columns = frozenset(model.columns().keys() & set(table.columns))
            self._lines = _lines(table, model, model.columns(), legacy)

    def __iter__(self) -> Iterator[tuple[int, RowT, Mapping[str, str]]]:
        """Yield line, row, and what stands in the columns; what is no row is kept as a bad line."""
        number = 1
        for line in self._lines or ():
            number = line.number
            if len(self.bad) >= MOST_REPORTED:
                message = "there are more bad lines; reading stopped here"
                self._break(BadLine(self._file, number, "", message, "too-many"))
                break
            self.bad += map(_in_one_line, line.bad)
            self.remarks += line.remarks[: MOST_REPORTED - len(self.remarks)]
            if line.row is None:
                self.bad_cells[number] = line.cells
                self.is_broken |= not line.fields
            else:
                yield number, line.row, line.cells
        if self._lines is not None:
            self._lines.close()
        if isinstance(self._data, TextFile | ParquetOnDisk) and self._data.has_changed:
            self._break(BadLine(self._file, number, "", "was written to while it was read", "changed"))

    def _break(self, bad: BadLine) -> None:
        self.bad.append(_in_one_line(bad))
        self.is_broken = True


def read_rows(
    file: str,
    data: Data,
    model: type[RowT],
    keep: Callable[[int, RowT], T],
    *,
    key: Callable[[RowT], Hashable] | None = None,
    key_column: str = "",
    convert_legacy: bool = False,
) -> FileRows[T]:
    """Read a whole file: ``keep`` makes of line number and row what is returned.

    With ``key`` a row may come once: another one with the same key is a bad line. After
    :data:`~shared.csv_files.MOST_REPORTED` bad lines the rest is not read.
    """
    reader = RowReader(file, data, model, convert_legacy=convert_legacy)
    rows: list[T] = []
    repeated: dict[int, str] = {}
    first_lines: dict[Hashable, int] = {}
    for number, row, cells in reader:
        if key is not None and (first := first_lines.setdefault(key(row), number)) != number:
            reader.bad.append(twice(file, number, key_column, key(row), first))
            reader.bad_cells[number] = cells
            repeated[first] = stands_again(key_column, key(row), number)
            continue
        rows.append(keep(number, row))
    return FileRows(rows, reader.bad, reader.remarks, reader.bad_cells, repeated, reader.columns, reader.is_broken)


def twice(file: str, line: int, column: str, key: object, first: int) -> BadLine:
    """Return what is wrong with a line whose key stands in an earlier one."""
    return BadLine(file, line, column, f"{key} stands in line {first} already", "twice")


def stands_again(column: str, key: object, line: int) -> str:
    """Return why a line is left out whose key stands in a later one again."""
    return f"{column} {key} stands again in line {line}"


def _lines(table: Table, model: type[RowT], columns: Mapping[str, FieldInfo], legacy: Legacy) -> Generator[Line[RowT]]:
    places = [(place, name) for place, name in enumerate(table.columns) if name in columns]
    nameless = [place for place, name in enumerate(table.columns[: table.width]) if not name]
    last_needed = max((place for place, name in places if columns[name].is_required()), default=-1)
    number = 1
    try:
        for record in table:
            number = record.line
            fields = record.cells
            cells = {name: fields[place] for place, name in places if place < record.width and fields[place]}
            stray = next((place for place in nameless if place < record.width and fields[place]), None)
            if stray is not None or record.width > table.width or len(fields) <= last_needed:
                bad = _bad_width(table, record) if stray is None else _stray(table, record, stray)
                yield Line(number, cells, None, (bad,), (), record.raw)
                continue
            findings: list[Finding] = []
            for place, name in places:
                if place < record.width and not ((raw := record.raw[place]).isascii() and raw.isprintable()):
                    text, finding = legacy.read(number, name, raw)
                    if finding is not None:
                        findings.append(finding)
                    # What cannot be seen cannot be printed; the search takes longer than all else that is done here.
                    if not text.isprintable() and (unseen := _UNSEEN_BETWEEN.search(text)):
                        message = f"has a mark that cannot be seen, which is left out: read as {tidy(unseen[0])!r}"
                        findings.append(Remark(table.file, number, name, message, "unseen-mark"))
                    if text is not raw:
                        cells[name] = tidy(text)
            refused = tuple(item for item in findings if isinstance(item, BadLine))
            notes: Notes = []
            try:
                row = model.model_validate(cells, context=notes)
            except ValidationError as error:
                known = {item.column for item in refused}
                others = (item for item in _bad_lines(table.file, number, error, columns) if item.column not in known)
                yield Line(number, cells, None, (*refused, *others), (), record.raw)
                continue
            if refused:
                yield Line(number, cells, None, refused, (), record.raw)
                continue
            remarks = [item for item in findings if isinstance(item, Remark)]
            remarks += [Remark(table.file, number, column, message, slug) for column, slug, message in notes]
            yield Line(number, cells, row, (), tuple(remarks), record.raw)
    except UnreadableFileError as error:
        yield Line(error.bad.line, {}, None, (error.bad,))


def _in_one_line(bad: BadLine) -> BadLine:
    """Return a finding that can be printed, whatever a cell or a library has put into it."""
    message = bad.message
    if len(message) > _LONGEST_MESSAGE:
        half = _LONGEST_MESSAGE // 2
        message = f"{message[:half]} … {message[-half:]}"
    if not message.isprintable():
        message = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in message)
    return bad if message == bad.message else replace(bad, message=message)


def _stray(table: Table, record: Record, place: int) -> BadLine:
    message = f"holds {record.cells[place]!r} in column {place + 1}, which the header gives no name"
    return BadLine(table.file, record.line, "", message, "bad-row")


def _bad_width(table: Table, record: Record) -> BadLine:
    fields = record.width if record.width > table.width else len(record.cells)
    return BadLine(table.file, record.line, "", f"has {fields} fields instead of {table.width}", "bad-row")


def _bad_lines(file: str, line: int, error: ValidationError, columns: Mapping[str, FieldInfo]) -> Iterator[BadLine]:
    for item in error.errors(include_url=False):
        column = str(item["loc"][0]) if item["loc"] else ""
        slug, message = cause_of(item, columns.get(column))
        yield BadLine(file, line, column, message, slug)


def cause_of(item: ErrorDetails, column: FieldInfo | None) -> tuple[str, str]:
    """Return slug and message for what pydantic found; the message follows the column's name in a sentence."""
    if item["type"] == "missing":
        return "missing-field", "is empty"
    if item["type"] == "string_pattern_mismatch" and column is not None and column.examples:
        return "bad-code", f"is not like {' or '.join(column.examples)}"
    cause: Any = item.get("ctx", {}).get("error")
    if isinstance(cause, ValueError):
        return getattr(cause, "slug", "bad-value"), str(cause)
    return "bad-value", item["msg"]
