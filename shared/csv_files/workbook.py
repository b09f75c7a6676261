"""The one sheet of a workbook as records. A number or date in it has one reading; a text is read as one of CSV is."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

from shared.csv_files.bad_lines import BadLine, UnreadableFileError
from shared.csv_files.table import Record, record_of

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_LARGEST = 1 << 30
"""Bytes that a workbook may unpack to."""
_EXACT = 10**15
"""Spreadsheets keep 15 digits of a number."""
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]+)([0-9]+)"')
_VALUE = re.compile(rb"<(?:\w+:)?v>[^<]|<(?:\w+:)?is>")
_REMEDY = "save it as CSV UTF-8"

Value = str | float | bool | date | time | timedelta


def is_workbook(data: bytes) -> bool:
    """Whether the bytes begin like an XLSX or XLS file."""
    return data.startswith((_ZIP, _OLE))


def sheet_records(file: str, data: bytes) -> Iterator[Record]:
    """Yield the rows of the one sheet that holds anything; raise :class:`UnreadableFileError` when there are several.

    A cell without a value (a formula that was never computed, an error such as ``#N/A``) is refused: it would look
    empty, and an empty cell has a meaning.
    """
    if not data.startswith(_ZIP):
        raise _refused(file, 1, f"is a workbook of a kind that is not read: save it as XLSX, or {_REMEDY}")
    _check_cells(file, data)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [meta.name for meta in workbook.sheets_metadata if meta.typ is SheetTypeEnum.WorkSheet]
        filled = [(name, sheet) for name in sheets if (sheet := workbook.get_sheet_by_name(name)).start is not None]
    except PasswordError:
        raise _refused(file, 1, f"is a workbook with a password: {_REMEDY}") from None
    except CalamineError as error:
        raise _refused(file, 1, f"is a workbook that cannot be read ({error}): {_REMEDY}") from None
    if len(filled) > 1:
        names = " and ".join(repr(name) for name, _ in filled)
        raise _refused(file, 1, f"has several sheets with content, {names}: keep one")
    for _, sheet in filled:
        for number, row in enumerate(sheet.iter_rows(), 1):
            yield record_of(number, [_text(file, number, value) for value in row])


def _text(file: str, line: int, value: Value) -> str:
    """Return a value as it is written in a CSV file."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, int | float):
        if abs(value) >= _EXACT:
            raise _refused(
                file, line, f"holds a number that the spreadsheet has rounded: {value:.0f}; write it as text"
            )
        if value == int(value):
            return str(int(value))
        text = format(value, ".15g")
        # A number has no thousands separators here: a fourth decimal keeps 1.234 from having two readings.
        return f"{text}0" if "e" not in text else text
    return str(value)


def _check_cells(file: str, data: bytes) -> None:
    """Refuse cells that have no value of their own, naming the first."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if sum(part.file_size for part in package.infolist()) > _LARGEST:
                raise _refused(file, 1, f"is a workbook that is too large: {_REMEDY}")
            sheets = [part for part in package.namelist() if re.fullmatch(r"xl/worksheets/[^/]+\.xml", part)]
            for sheet in sheets:
                content = package.read(sheet)
                if b't="e"' in content or b"<f" in content or b":f" in content:
                    _check_sheet(file, content)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise _refused(file, 1, f"is a workbook that cannot be read ({error}): {_REMEDY}") from None


def _check_sheet(file: str, content: bytes) -> None:
    for cell in _CELL.finditer(content):
        attributes, inside = cell[1], cell[2] or b""
        is_error = b't="e"' in attributes
        if not is_error and ((b"<f" not in inside and b":f" not in inside) or _VALUE.search(inside)):
            continue
        place = _PLACE.search(attributes)
        name, line = (f"{place[1].decode()}{place[2].decode()}", int(place[2])) if place else ("a cell", 1)
        cause = "an error instead of a value" if is_error else "a formula that was never computed"
        raise _refused(file, line, f"{name} holds {cause}: open the workbook, correct it and save it again")


def _refused(file: str, line: int, message: str) -> UnreadableFileError:
    return UnreadableFileError(BadLine(file, line, "", message, "bad-workbook"))
