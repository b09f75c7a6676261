"""The one sheet of a workbook as records. A number or date in it has one reading; a text is read as one of CSV is.

XLSX and ODS are read by calamine, which shows errors and formulas without a value as empty: they are looked for in the
package itself. XLS is read by xlrd, which keeps them apart.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import xlrd
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from shared.csv_files.bad_lines import BadLine, UnreadableFileError
from shared.csv_files.table import Record, record_of

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_LARGEST = 300_000_000
"""Bytes that a workbook may unpack to."""
_MOST_CELLS = 30_000_000
"""Cells between the first and the last one of a sheet, empty ones counted: all of them get a place in memory."""
_LONG_TEXT, _MOST_LETTERS = 2_000, 1_000_000_000
"""A text of a workbook is kept once and read for each cell that shows it."""
_PIECE = 1 << 20
_MOST_COLUMNS = 1 << 14
_EXACT = 10**15
"""Spreadsheets keep 15 digits of a number."""
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]+)([0-9]+)"')
_ROW = re.compile(rb'<(?:\w+:)?row\s([^>]*?\bhidden="(?:1|true)"[^>]*?)(?:/>|>(.*?)</(?:\w+:)?row>)', re.DOTALL)
_COLUMN = re.compile(rb'<(?:\w+:)?col\s([^>]*?\b(?:hidden="(?:1|true)"|width="0(?:\.0*)?")[^>]*)>')
_COLUMN_RANGE = re.compile(rb'\b(min|max)="([0-9]+)"')
_ROW_AT = re.compile(rb'<(?:\w+:)?(?:row|c)\s[^>]*?\br="[A-Z]*([0-9]{4,7})"')
_FAR_COLUMN = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{2,3})[0-9]')
_SHARED_TEXT = re.compile(rb"<(?:\w+:)?t(?:\s[^>]*)?>([^<]*)")
_ROW_NUMBER = re.compile(rb'\br="([0-9]+)"')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+([0-9]+)):([A-Z]+[0-9]+)"')
_SPANNED = re.compile(rb'table:number-(?:columns|rows)-spanned="(?:[2-9]|[0-9]{2,})"')
_NOT_SHOWN = re.compile(rb'table:visibility="(?:collapse|filter)"')
_VALUE = re.compile(rb"<(?:\w+:)?v>[^<]|<(?:\w+:)?is>")
_TAG = re.compile(
    rb"<table:(table-row|table-column|table-cell|covered-table-cell|table)(?=[\s/>])((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>"
)
_REPEATED = re.compile(rb'table:number-(?:rows|columns)-repeated="([0-9]+)"')
_ERROR_TEXT = re.compile(rb"\s*<text:p>(?:#[A-Z/0]+[!?]|#N/A|Err:[0-9]+)</text:p>")
_REMEDY = "save it as CSV UTF-8"
_BROKEN_PACKAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)
"""What zipfile raises for packages that are damaged."""
_BROKEN_XLS = (
    xlrd.XLRDError,
    xlrd.compdoc.CompDocError,
    AssertionError,
    LookupError,
    OverflowError,
    TypeError,
    ValueError,
    struct.error,
)
"""What xlrd raises for files that are damaged."""

Value = str | float | bool | date | time | timedelta


def is_workbook(data: bytes) -> bool:
    """Whether the bytes begin like an XLSX, ODS or XLS file."""
    return data.startswith((_ZIP, _OLE))


def sheet_records(file: str, data: bytes) -> Iterator[Record]:
    """Yield the rows of the one sheet that holds anything; raise :class:`UnreadableFileError` when there are several.

    A cell without a value (a formula that was never computed, an error such as ``#N/A``) is refused: it would look
    empty, and an empty cell has a meaning.
    """
    sheets = _sheets_of_package(file, data) if data.startswith(_ZIP) else _sheets_of_xls(file, data)
    if len(sheets) > 1:
        names = " and ".join(repr(name) for name, _ in sheets)
        raise _refused(file, 1, f"has several sheets with content, {names}: keep one")
    for _, rows in sheets:
        for number, row in enumerate(rows, 1):
            yield record_of(number, [_text(file, number, value) for value in row])


def _sheets_of_package(file: str, data: bytes) -> list[tuple[str, Iterator[list[Value]]]]:
    """Return the sheets of an XLSX or ODS file that hold anything."""
    _check_package(file, data)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = [meta.name for meta in workbook.sheets_metadata if meta.typ is SheetTypeEnum.WorkSheet]
        sheets = [(name, workbook.get_sheet_by_name(name)) for name in names]
        hidden = {meta.name for meta in workbook.sheets_metadata if meta.visible is not SheetVisibleEnum.Visible}
    except PasswordError:
        raise _refused(file, 1, f"is a workbook with a password: {_REMEDY}") from None
    except CalamineError as error:
        raise _refused(file, 1, f"is a workbook that cannot be read ({error}): {_REMEDY}") from None
    filled = [(name, sheet) for name, sheet in sheets if sheet.start is not None]
    _require_shown(file, [name for name, _ in filled if name in hidden])
    return [(name, iter(sheet.iter_rows())) for name, sheet in filled]


def _sheets_of_xls(file: str, data: bytes) -> list[tuple[str, Iterator[list[Value]]]]:
    """Return the sheets of a workbook of before 2007 that hold anything."""
    try:
        # With its formats: they have what is hidden and what is merged.
        workbook = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), formatting_info=True)
    except _BROKEN_XLS as error:
        cause = "has a password" if "encrypted" in str(error) else "cannot be read"
        raise _refused(file, 1, f"is a workbook that {cause}: save it as XLSX, or {_REMEDY}") from None
    filled = [sheet for sheet in workbook.sheets() if sheet.nrows]
    _require_shown(file, [sheet.name for sheet in filled if sheet.visibility])
    return [(sheet.name, _rows_of_xls(file, workbook, sheet)) for sheet in filled]


def _require_shown(file: str, hidden: list[str]) -> None:
    """Refuse sheets that hold something and that a person does not see."""
    if hidden:
        names = " and ".join(map(repr, hidden))
        raise _refused(file, 1, f"has a hidden sheet with content, {names}: show it or delete it")


def _rows_of_xls(file: str, workbook: xlrd.Book, sheet: xlrd.sheet.Sheet) -> Iterator[list[Value]]:
    for first, _, left, _ in sheet.merged_cells:
        if first < sheet.nrows and sheet.cell(first, left).value != "":
            raise _merged(file, first + 1, f"{xlrd.colname(left)}{first + 1}")
    for place, column in sheet.colinfo_map.items():
        filled = [number for number in range(sheet.nrows) if place < sheet.row_len(number)]
        filled = [number for number in filled if sheet.cell(number, place).value != ""]
        if filled and (column.hidden or not column.width):
            raise _hidden_column(file, filled[0] + 1, xlrd.colname(place))
    for number in range(sheet.nrows):
        if (info := sheet.rowinfo_map.get(number)) and info.hidden and any(sheet.row_values(number)):
            raise _hidden(file, number + 1)
        row: list[Value] = []
        for place, cell in enumerate(sheet.row(number)):
            name = f"{xlrd.colname(place)}{number + 1}"
            match cell.ctype:
                case xlrd.XL_CELL_ERROR:
                    raise _without_value(file, number + 1, name, is_error=True)
                case xlrd.XL_CELL_TEXT if not cell.value:
                    raise _without_value(file, number + 1, name, is_error=False)
                case xlrd.XL_CELL_BOOLEAN:
                    row.append(bool(cell.value))
                case xlrd.XL_CELL_DATE:
                    row.append(_date_of_xls(file, number + 1, cell.value, workbook.datemode))
                case _:
                    row.append(cell.value)
        yield row


def _date_of_xls(file: str, line: int, value: float, datemode: int) -> Value:
    try:
        moment: datetime = xlrd.xldate_as_datetime(value, datemode)
    except (xlrd.xldate.XLDateError, ValueError, OverflowError):
        raise _refused(file, line, f"holds a date that no calendar has: {value:g}") from None
    return moment.time() if value < 1 else moment


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


def _check_package(file: str, data: bytes) -> None:
    """Refuse cells that have no value of their own, naming the first."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if sum(part.file_size for part in package.infolist()) > _LARGEST:
                raise _too_large(file, f"it unpacks to more than {_LARGEST / 1e6:.0f} MB")
            parts = package.namelist()
            if any(part.endswith("workbook.bin") for part in parts):
                raise _refused(
                    file, 1, f"is a workbook of a kind that is not read (XLSB): save it as XLSX, or {_REMEDY}"
                )
            longest = 0
            for part in parts:
                if part == "xl/sharedStrings.xml":
                    longest = max((len(found[1]) for found in _SHARED_TEXT.finditer(package.read(part))), default=0)
            for part in parts:
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", part):
                    content = package.read(part)
                    if longest > _LONG_TEXT and longest * content.count(b't="s"') > _MOST_LETTERS:
                        raise _too_large(file, f"its cells show {_MOST_LETTERS:,} letters and more")
                    _check_size(file, content)
                    if b't="e"' in content or b"<f" in content or b":f" in content:
                        _check_sheet(file, content)
                    if b"mergeCell" in content or b"hidden=" in content or b'width="0' in content:
                        _check_shape(file, content)
                elif part == "content.xml":
                    _check_open_document(file, package.read(part))
                else:
                    _require_whole(package, part)
    except _BROKEN_PACKAGE as error:
        raise _refused(file, 1, f"is a workbook that cannot be read ({error}): {_REMEDY}") from None


def _require_whole(package: zipfile.ZipFile, part: str) -> None:
    """Unpack a part: it raises where there is more in it than it says, which others would unpack without an end."""
    with package.open(part) as stream:
        while stream.read(_PIECE):
            pass


def _check_size(file: str, content: bytes) -> None:
    """Refuse a sheet with a cell so far away that nobody means what lies between."""
    last = max((int(found[1]) for found in _ROW_AT.finditer(content)), default=0)
    widest = max((_column_number(found[1]) for found in _FAR_COLUMN.finditer(content)), default=26)
    if last * widest > _MOST_CELLS:
        raise _too_large(file, f"its last cell is in row {last:,} and column {widest:,}")


def _too_large(file: str, why: str) -> UnreadableFileError:
    return _refused(file, 1, f"is a workbook that is too large ({why}): {_REMEDY}")


def _check_open_document(file: str, content: bytes) -> None:
    """Look at the cells of an ODS file: rows, columns and cells that are alike stand there once, with their number."""
    line, following, place = 0, 1, 0
    rows = cells = 0
    is_hidden = False
    hidden_columns: set[int] = set()
    for tag in _TAG.finditer(content):
        kind, attributes = tag[1], tag[2]
        repeated = _REPEATED.search(attributes)
        times = int(repeated[1]) if repeated else 1
        if kind == b"table":
            line, following, place = 0, 1, 0
            hidden_columns = set()
        elif kind == b"table-column":
            if _NOT_SHOWN.search(attributes):
                hidden_columns.update(range(place, place + min(times, _MOST_COLUMNS)))
            place += times
        elif kind == b"table-row":
            line, following, place = following, following + times, 0
            rows = times
            is_hidden = _NOT_SHOWN.search(attributes) is not None
        else:
            if b"office:value-type=" in attributes:
                cells += rows * times
                if cells > _MOST_CELLS:
                    raise _too_large(file, f"it has more than {_MOST_CELLS:,} cells")
                if is_hidden:
                    raise _hidden(file, line)
                if not hidden_columns.isdisjoint(range(place, place + min(times, _MOST_COLUMNS))):
                    raise _hidden_column(file, line, "a column")
                if _SPANNED.search(attributes):
                    raise _merged(file, line, "a cell")
            place += times
            has_formula = b"table:formula=" in attributes
            is_error = b'value-type="error"' in attributes
            is_error |= has_formula and _ERROR_TEXT.match(content, tag.end()) is not None
            if is_error or (has_formula and b"office:value-type=" not in attributes):
                raise _without_value(file, line, "a cell", is_error=is_error)


def _check_sheet(file: str, content: bytes) -> None:
    for cell in _CELL.finditer(content):
        attributes, inside = cell[1], cell[2] or b""
        is_error = b't="e"' in attributes
        if not is_error and ((b"<f" not in inside and b":f" not in inside) or _VALUE.search(inside)):
            continue
        place = _PLACE.search(attributes)
        name, line = (f"{place[1].decode()}{place[2].decode()}", int(place[2])) if place else ("a cell", 1)
        raise _without_value(file, line, name, is_error=is_error)


def _check_shape(file: str, content: bytes) -> None:
    """Refuse what a person sees otherwise than a program: what is hidden, a value that stands in several cells."""
    for row in _ROW.finditer(content):
        if _VALUE.search(row[2] or b""):
            number = _ROW_NUMBER.search(row[1])
            raise _hidden(file, int(number[1]) if number else 1)
    hidden = [dict(_COLUMN_RANGE.findall(tag[1])) for tag in _COLUMN.finditer(content)]
    for cell in _CELL.finditer(content) if hidden else ():
        place = _PLACE.search(cell[1])
        if place and _VALUE.search(cell[2] or b""):
            at = _column_number(place[1])
            if any(int(span[b"min"]) <= at <= int(span[b"max"]) for span in hidden):
                raise _hidden_column(file, int(place[2]), place[1].decode())
    merged = {found[1]: found for found in _MERGED.finditer(content)}
    for cell in _CELL.finditer(content) if merged else ():
        place = _PLACE.search(cell[1])
        if place and (found := merged.get(place[1] + place[2])) and _VALUE.search(cell[2] or b""):
            raise _merged(file, int(found[2]), f"{found[1].decode()}:{found[3].decode()}")


def _hidden(file: str, line: int) -> UnreadableFileError:
    message = "is hidden, and may be meant or left out: show all rows, or copy those that are meant into a new sheet"
    return _refused(file, line, message)


def _hidden_column(file: str, line: int, name: str) -> UnreadableFileError:
    message = f"{name} is hidden and holds something, which may be meant or left out: show it or delete it"
    return _refused(file, line, message)


def _column_number(name: bytes) -> int:
    """Return the number of a column from 1: A, B … Z, AA."""
    number = 0
    for letter in name:
        number = number * 26 + letter - 64
    return number


def _merged(file: str, line: int, name: str) -> UnreadableFileError:
    message = f"{name} is merged: its value may belong to the first cell or to each; split it and fill the cells"
    return _refused(file, line, message)


def _without_value(file: str, line: int, name: str, *, is_error: bool) -> UnreadableFileError:
    cause = "an error instead of a value" if is_error else "a formula that was never computed"
    return _refused(file, line, f"{name} holds {cause}: open the workbook, correct it and save it again")


def _refused(file: str, line: int, message: str) -> UnreadableFileError:
    return UnreadableFileError(BadLine(file, line, "", message, "bad-workbook"))
