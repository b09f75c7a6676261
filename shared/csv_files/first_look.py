"""A first look at a file that somebody hands in: how it begins, and whether it can be read in the time of a request."""

import io
import zipfile
from dataclasses import dataclass
from itertools import islice

from shared.csv_files.bad_lines import UnreadableFileError
from shared.csv_files.rows import Row, open_table
from shared.csv_files.text_file import Source

FIRST_ROWS = 5
MOST_LINES = 30_000
"""So many are imported within the time of a handler; a workbook of 2 MB may have more."""
MOST_UNPACKED = 60_000_000
"""Bytes; reading them takes several times as much memory, where payments go on."""


@dataclass(frozen=True, slots=True)
class FirstLook:
    """How a file begins; empty where it has no table."""

    columns: tuple[str, ...] = ()
    """As the header has them."""
    ignored_columns: tuple[str, ...] = ()
    first_rows: tuple[tuple[str, ...], ...] = ()
    is_too_long: bool = False


def first_look(source: Source, name: str, model: type[Row]) -> FirstLook:
    """Return how a file begins: its columns, those that are not read, and some rows."""
    known = model.columns()
    try:
        table, _ = open_table(name, source.data, model)
        records = iter(table)
        rows = tuple(tuple(record.cells[: table.width]) for record in islice(records, FIRST_ROWS))
        is_too_long = next(islice(records, MOST_LINES - FIRST_ROWS, None), None) is not None
    except UnreadableFileError:
        return FirstLook()
    ignored = [cell for cell, column in zip(table.header, table.columns, strict=False) if cell and column not in known]
    return FirstLook(tuple(table.header[: table.width]), tuple(ignored), rows, is_too_long)


def unpacks_to(content: bytes) -> int:
    """Return what a workbook says that it unpacks to, in bytes; 0 for what is no workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return sum(part.file_size for part in package.infolist())
    except zipfile.BadZipFile:
        return 0


def why_not(content: bytes, look: FirstLook) -> str | None:
    """Return why a file cannot be read in the time of a request; None where it can."""
    if unpacks_to(content) > MOST_UNPACKED:
        return f"unpacks to more than {MOST_UNPACKED / 1e6:.0f} MB: save it as CSV UTF-8"
    if look.is_too_long:
        return f"has more than {MOST_LINES:,} lines: divide it, or import it from the command line"
    return None
