"""Separator, header and records of a file."""

import csv
import difflib
import io
import re
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TextIO, runtime_checkable

from shared.csv_files.bad_lines import BadLine, UnreadableFileError
from shared.text import tidy

SEPARATORS = (",", ";", "\t", "|")
_TEXT_CELL = re.compile(r'="([^"=]*)"')
"""How programs keep a spreadsheet from taking a code for a number."""
_ALIKE = 0.8
"""From 0 to 1: names of columns that are more alike may be one name, misspelt."""
_NAMED_SEPARATOR = re.compile(r'"?sep=(\\t|.)"?[,;\t ]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
"""The line with which spreadsheets name the separator of what follows."""
_LONGEST_LINE = 1 << 20
_START = 1 << 10
"""Letters of a text in which the line that names its separator ends, if it has one."""
_LINE_END = re.compile(r"\r\n|\r|\n")
_OTHER_LINE_ENDS = re.compile("[\x0b\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file."""

    line: int
    cells: list[str]
    width: int
    """Number of fields, without empty ones at the end."""
    raw: list[str]
    """The cells as they stand in the file."""


@runtime_checkable
class Readable(Protocol):
    """A text that is read in pieces: it has line ends that :mod:`csv` knows, no zero bytes, and content."""

    def open(self) -> TextIO:
        """Open it from its beginning."""
        ...


Text = str | Readable


class Table:
    """The records of a file below its header, as an iterator."""

    def __init__(
        self, file: str, content: Text | Iterator[Record], known: Sequence[str], required: Collection[str]
    ) -> None:
        """Find the header; raise :class:`UnreadableFileError` when it lacks a column or has two readings.

        ``content`` is a text or where it is read from, or the records of a sheet. ``known`` are the columns that are
        read; others are ignored, but for those that may be a known one, misspelt.
        """
        self.file = file
        if isinstance(content, str | Readable):
            header, self._records = _below_header(file, content, known)
        else:
            header, self._records = _first(file, content), content
        names = [column_name(cell) for cell in header.cells]
        if not set(names).intersection(known) and required:
            needed = ", ".join(name for name in known if name in required)
            message = f"is no header: it names none of {needed}; remove what stands above the header"
            raise _bad_header(file, header.line, message)
        if missing := [name for name in known if name in required and name not in names]:
            raise _bad_header(file, header.line, f"the header lacks {', '.join(missing)}")
        if twice := [name for name in known if names.count(name) > 1]:
            raise _bad_header(file, header.line, f"the header names {', '.join(twice)} twice")
        absent = [name for name in known if name not in names]
        for name in dict.fromkeys(names):
            if name not in known and (like := _alike(name, absent)):
                message = f"the header names {name}, which may be {like[0]} or a column of its own: rename it"
                raise _bad_header(file, header.line, message)
        self.columns = names
        self.header = header.cells
        self.width = header.width

    def __iter__(self) -> Iterator[Record]:
        """Yield the records that hold anything; raise :class:`UnreadableFileError` where the file cannot go on."""
        return (record for record in self._records if record.width)


def column_name(cell: str) -> str:
    """Return the name of a column as programs write it: ``Customer Code`` → ``customer_code``."""
    return re.sub(r"[\s-]+", "_", tidy(cell).casefold())


def _alike(name: str, columns: Sequence[str]) -> list[str]:
    """Return columns that a name may mean: misspelt, or with its words in another order."""
    turned = [column for column in columns if sorted(column.split("_")) == sorted(name.split("_"))]
    return turned or difflib.get_close_matches(name, columns, 1, _ALIKE)


def _below_header(file: str, text: Text, known: Collection[str]) -> tuple[Record, Iterator[Record]]:
    """Return the header and what follows it, read with the separator that makes the most of the header."""
    if isinstance(text, str):
        text = _with_line_ends(file, text)
        start = text
    else:
        with text.open() as stream:
            start = stream.read(_START)
    named = _NAMED_SEPARATOR.match(start)
    separator_named = named[1].replace("\\t", "\t") if named else ""
    unreadable = _bad_header(file, 1, "the file is empty").bad
    if isinstance(text, str) and not text.strip("".join(SEPARATORS) + "\r\n "):
        raise UnreadableFileError(unreadable)
    readings: dict[str, tuple[int, Record]] = {}
    records: dict[str, Generator[Record]] = {}
    try:
        for separator in dict.fromkeys((separator_named, *SEPARATORS) if named else SEPARATORS):
            records[separator] = _records(file, text, named.end() if named else 0, separator, 2 if named else 1)
            try:
                header = _first(file, records[separator])
            except UnreadableFileError as error:  # quotes that make no sense with this separator
                unreadable = error.bad
                continue
            found = len({column_name(cell) for cell in header.cells}.intersection(known))
            readings[separator] = (found, header)
        if not readings:
            raise UnreadableFileError(unreadable)
        first, *others = sorted(readings, key=lambda separator: -readings[separator][0])
        found, header = readings[first]
        if named and first != separator_named and found > 0:
            message = f"the file names {separator_named!r} as its separator, but its header is separated by {first!r}"
            raise _bad_header(file, header.line, message)
        if found and others and readings[others[0]][0] == found:
            message = f"the header has two readings: its columns are separated by {first!r} or by {others[0]!r}"
            raise _bad_header(file, header.line, message)
        return header, records.pop(first)
    finally:
        for left in records.values():
            left.close()


def _with_line_ends(file: str, text: str) -> str:
    """Return a text whose lines end as :mod:`csv` knows, without the mark of an end of file of before Windows.

    Lines end with LF, CR or both; where a text has neither, with the marks of Unicode or with a vertical tab.
    """
    text = text.rstrip("\x00\x1a")
    text = text if "\n" in text or "\r" in text else _OTHER_LINE_ENDS.sub("\n", text)
    if "\x00" in _LINE_END.split(text.lstrip(), maxsplit=1)[0]:
        raise _bad_header(file, 1, "the header holds zero bytes: the file was damaged, copy it anew")
    return text


def _first(file: str, records: Iterator[Record]) -> Record:
    header = next((record for record in records if record.width), None)
    if header is None:
        raise _bad_header(file, 1, "the file is empty")
    return header


def record_of(line: int, fields: list[str]) -> Record:
    """Return the record of a line's fields."""
    # Plain cells by themselves: a call for each of them takes longer than what it does.
    cells = [field.strip() if field.isascii() and not field.startswith('="') else _cell(field) for field in fields]
    width = len(cells)
    while width and not cells[width - 1]:
        width -= 1
    return Record(line, cells, width, fields)


def _opened(text: Text, start: int) -> TextIO:
    if isinstance(text, str):
        return io.StringIO(text[start:], newline="")
    stream = text.open()
    stream.read(start)
    return stream


def _records(file: str, text: Text, start: int, separator: str, line: int) -> Generator[Record]:
    """Yield every record with the line on which it begins; a line ends with LF, CR or both."""
    first = line - 1
    try:
        with _opened(text, start) as stream:
            reader = csv.reader(_lines(stream), delimiter=separator, strict=True)
            for fields in reader:
                yield record_of(line, fields)
                line = first + reader.line_num + 1
    except _LongLineError:
        message = f"is longer than {_LONGEST_LINE:,} letters: the file has no line ends, or a quote is not closed"
        raise UnreadableFileError(BadLine(file, line, "", message, "bad-csv")) from None
    except csv.Error as error:
        raise UnreadableFileError(BadLine(file, line, "", f"cannot be read as CSV: {error}", "bad-csv")) from None
    except UnicodeDecodeError:  # it was text when it was looked through
        raise UnreadableFileError(BadLine(file, line, "", "was written to while it was read", "changed")) from None


class _LongLineError(Exception):
    """A line is longer than any list has."""


def _lines(stream: TextIO) -> Iterator[str]:
    """Yield the lines of a text; raise :class:`_LongLineError` before one fills the memory."""
    while text := stream.readline(_LONGEST_LINE):
        if len(text) == _LONGEST_LINE:
            raise _LongLineError
        yield text


def _cell(text: str) -> str:
    """Return a cell without blanks around it; what cannot be seen does not count (a mark, a joiner)."""
    if text.startswith('="') and (wrapped := _TEXT_CELL.fullmatch(text)):
        text = wrapped[1]
    return text.strip() if text.isascii() or text.isprintable() else tidy(text)


def _bad_header(file: str, line: int, message: str) -> UnreadableFileError:
    return UnreadableFileError(BadLine(file, line, "", message, "bad-header"))
