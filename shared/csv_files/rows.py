"""Rows of a file as values of a pydantic model."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from shared.csv_files.bad_lines import MOST_REPORTED, BadLine, UnreadableFileError
from shared.csv_files.encoding import decoded
from shared.csv_files.table import Record, Table


class Row(BaseModel):
    """A row: one field a column, called by the field's alias where it has one. An empty cell takes the default."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    optional_columns: ClassVar[frozenset[str]] = frozenset()
    """Columns that a header may lack."""

    @classmethod
    def columns(cls) -> dict[str, FieldInfo]:
        """Return the columns by name."""
        return {info.alias or name: info for name, info in cls.model_fields.items()}


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


@dataclass(slots=True)
class FileRows(Generic[T]):
    """The rows of a whole file, and everything that is wrong in it."""

    rows: list[T] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)


def read_lines(file: str, data: bytes | str, model: type[RowT]) -> Iterator[Line[RowT]]:
    """Yield the lines of a file that hold anything, each by itself.

    Raises :class:`UnreadableFileError` at once when nothing can be read. When the file breaks off later, the last line
    that is yielded has the cause.
    """
    columns = model.columns()
    text = data.removeprefix("\ufeff") if isinstance(data, str) else decoded(file, data)
    table = Table(file, text, list(columns), columns.keys() - model.optional_columns)
    return _lines(table, model, columns)


def read_rows(
    file: str,
    data: bytes | str,
    model: type[RowT],
    keep: Callable[[int, RowT], T],
    *,
    key: Callable[[RowT], Hashable] | None = None,
    key_column: str = "",
) -> FileRows[T]:
    """Read a whole file: ``keep`` makes of line number and row what is returned.

    With ``key`` a row may come once: another one with the same key is a bad line. After
    :data:`~shared.csv_files.MOST_REPORTED` bad lines the rest is not read.
    """
    result: FileRows[T] = FileRows()
    first_lines: dict[Hashable, int] = {}
    try:
        for line in read_lines(file, data, model):
            if len(result.bad) >= MOST_REPORTED:
                message = "there are more bad lines; reading stopped here"
                result.bad.append(BadLine(file, line.number, "", message, "too-many"))
                break
            result.bad += line.bad
            if line.row is None:
                continue
            if key is not None and (first := first_lines.setdefault(key(line.row), line.number)) != line.number:
                message = f"{key(line.row)} stands in line {first} already"
                result.bad.append(BadLine(file, line.number, key_column, message, "twice"))
                continue
            result.rows.append(keep(line.number, line.row))
    except UnreadableFileError as error:
        result.bad.append(error.bad)
    return result


def _lines(table: Table, model: type[RowT], columns: Mapping[str, FieldInfo]) -> Iterator[Line[RowT]]:
    places = [(place, name) for place, name in enumerate(table.columns) if name in columns]
    last_needed = max((place for place, name in places if columns[name].is_required()), default=-1)
    number = 1
    try:
        for record in table:
            number = record.line
            fields = record.cells
            cells = {name: fields[place] for place, name in places if place < record.width and fields[place]}
            if record.width > table.width or len(fields) <= last_needed:
                yield Line(number, cells, None, (_bad_width(table, record),))
                continue
            try:
                row = model.model_validate(cells)
            except ValidationError as error:
                yield Line(number, cells, None, tuple(_bad_lines(table.file, number, error, columns)))
            else:
                yield Line(number, cells, row)
    except UnreadableFileError as error:
        yield Line(error.bad.line, {}, None, (error.bad,))


def _bad_width(table: Table, record: Record) -> BadLine:
    fields = record.width if record.width > table.width else len(record.cells)
    return BadLine(table.file, record.line, "", f"has {fields} fields instead of {table.width}", "bad-row")


def _bad_lines(file: str, line: int, error: ValidationError, columns: Mapping[str, FieldInfo]) -> Iterator[BadLine]:
    for item in error.errors(include_url=False):
        column = str(item["loc"][0]) if item["loc"] else ""
        slug, message = _cause(item, columns.get(column))
        yield BadLine(file, line, column, message, slug)


def _cause(item: ErrorDetails, column: FieldInfo | None) -> tuple[str, str]:
    """Return slug and message for what pydantic found; the message follows the column's name in a sentence."""
    if item["type"] == "missing":
        return "missing-field", "is empty"
    if item["type"] == "string_pattern_mismatch" and column is not None and column.examples:
        return "bad-code", f"is not like {' or '.join(column.examples)}"
    cause: Any = item.get("ctx", {}).get("error")
    if isinstance(cause, ValueError):
        return getattr(cause, "slug", "bad-value"), str(cause)
    return "bad-value", item["msg"]
