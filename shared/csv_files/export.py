"""CSV and XLSX that people open in a spreadsheet: no cell of it is read as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

import xlsxwriter

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What spreadsheets take for the beginning of a formula (OWASP, CSV injection); the wide forms, too."""

BYTE_ORDER_MARK = "\ufeff"

_DAY = {"num_format": "dd/mm/yyyy"}
_WIDEST = 60
"""Characters of a column."""


def as_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table as CSV in UTF-8, with the mark by which Excel knows it. Numbers stay numbers."""
    text = io.StringIO(newline="")
    text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text)
    writer.writerow([safe_cell(name) for name in header])
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def as_xlsx(sheet: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table as XLSX: numbers and days stay what they are, all else is text, whatever it looks like."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(
        content,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    page = book.add_worksheet(sheet)
    bold, day, number = (book.add_format(style) for style in ({"bold": True}, _DAY, {"num_format": "#,##0"}))
    for column, name in enumerate(header):
        page.write_string(0, column, name, bold)
    widths = [len(name) for name in header]
    for line, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, date):
                page.write_datetime(line, column, value, day)
            elif isinstance(value, int) and not isinstance(value, bool):
                page.write_number(line, column, value, number)
            else:
                page.write_string(line, column, "" if value is None else str(value))
            widths[column] = max(widths[column], len(f"{value:,}") if isinstance(value, int) else len(str(value)))
    for column, width in enumerate(widths):
        page.set_column(column, column, min(width, _WIDEST) + 2)
    page.freeze_panes(1, 0)
    book.close()
    return content.getvalue()


def safe_cell(value: object) -> object:
    """Return a cell that no spreadsheet computes: an apostrophe stands before whatever looks like a formula."""
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = str(value)
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) or text.startswith(_FORMULA) else text
