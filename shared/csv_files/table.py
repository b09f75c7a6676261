"""Separator, header and records of a file."""

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from shared.csv_files.bad_lines import BadLine, UnreadableFileError
from shared.text import tidy

SEPARATORS = (",", ";", "\t")
_NAMED_SEPARATOR = re.compile(r'"?sep=(.)"?[,;\t ]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
"""The line with which spreadsheets name the separator of what follows."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file."""

    line: int
    cells: list[str]
    width: int
    """Number of fields, without empty ones at the end."""


class Table:
    """The records of a file below its header, as an iterator."""

    def __init__(self, file: str, text: str, known: Sequence[str], required: Collection[str]) -> None:
        """Find the header; raise :class:`UnreadableFileError` when it lacks a column or names one twice.

        ``known`` are the columns that are read; others are ignored.
        """
        self.file = file
        header, self._records = _below_header(file, text, known)
        names = [column_name(cell) for cell in header.cells]
        if missing := [name for name in known if name in required and name not in names]:
            raise _bad_header(file, header.line, f"the header lacks {', '.join(missing)}")
        if twice := [name for name in known if names.count(name) > 1]:
            raise _bad_header(file, header.line, f"the header names {', '.join(twice)} twice")
        self.columns = names
        self.width = header.width

    def __iter__(self) -> Iterator[Record]:
        """Yield the records that hold anything; raise :class:`UnreadableFileError` where the file cannot go on."""
        return (record for record in self._records if record.width)


def column_name(cell: str) -> str:
    """Return the name of a column as programs write it: ``Customer Code`` → ``customer_code``."""
    return re.sub(r"[\s-]+", "_", tidy(cell).casefold())


def _below_header(file: str, text: str, known: Collection[str]) -> tuple[Record, Iterator[Record]]:
    """Return the header and what follows it, read with the separator that makes the most of the header."""
    named = _NAMED_SEPARATOR.match(text)
    best: tuple[Record, Iterator[Record]] | None = None
    most, unreadable = -1, _bad_header(file, 1, "the file is empty")
    if not text.strip("".join(SEPARATORS) + "\r\n "):
        raise unreadable
    for separator in (named[1],) if named else SEPARATORS:
        records = _records(file, text[named.end() :] if named else text, separator, 2 if named else 1)
        try:
            header = next((record for record in records if record.width), None)
        except UnreadableFileError as error:  # quotes that make no sense with this separator
            unreadable = error
            continue
        found = len({column_name(cell) for cell in header.cells}.intersection(known)) if header else 0
        if header is not None and found > most:
            best, most = (header, records), found
    if best is None:
        raise unreadable
    return best


def _records(file: str, text: str, separator: str, line: int) -> Iterator[Record]:
    """Yield every record with the line on which it begins; a line ends with LF, CR or both."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    first = line - 1
    try:
        for fields in reader:
            cells = [_cell(field) for field in fields]
            width = len(cells)
            while width and not cells[width - 1]:
                width -= 1
            yield Record(line, cells, width)
            line = first + reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFileError(BadLine(file, line, "", f"cannot be read as CSV: {error}", "bad-csv")) from None


def _cell(text: str) -> str:
    """Return a cell without blanks around it; what cannot be seen does not count (a mark, a joiner)."""
    return text.strip() if text.isascii() or text.isprintable() else tidy(text)


def _bad_header(file: str, line: int, message: str) -> UnreadableFileError:
    return UnreadableFileError(BadLine(file, line, "", message, "bad-header"))
