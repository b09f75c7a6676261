"""A workbook is read like a CSV file; its numbers and dates have one reading, and what only looks empty is refused."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from services.customer.imports.rows import CustomerRow
from shared.csv_files import FileRows, Row, UnreadableFileError, read_rows
from shared.csv_files.cells import Day, Whole
from shared.csv_files.folder import find_file
from tests.unit.shared.test_csv_files import FILES, rows_of, with_every_file


class Lent(Row):
    """A line of the tests' own file."""

    name: str
    on: Day
    count: Whole = 0


def workbook(*rows: list[Any], fill: Callable[[Any, Any], None] | None = None) -> bytes:
    """A workbook as spreadsheets write it, with dates and thousands shown as in Vietnam."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Danh sách")
        dates = book.add_format({"num_format": "dd/mm/yyyy"})
        thousands = book.add_format({"num_format": "#.##0"})
        for row, values in enumerate(rows):
            for column, value in enumerate(values):
                if isinstance(value, date):
                    sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), dates)  # noqa: DTZ001
                elif isinstance(value, str):
                    sheet.write_string(row, column, value)
                else:
                    sheet.write(row, column, value, thousands)
        book.add_worksheet("Trống")
        if fill:
            fill(book, sheet)
    return file.getvalue()


XLS = Path(__file__).parents[2] / "data" / "workbooks"
"""Workbooks as Excel 97 wrote them, made with xlwt: date, number, a cell with an error, a formula without a value."""

ODS_CELLS = {
    "text": '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>',
    "date": '<table:table-cell office:value-type="date" office:date-value="{}"><text:p>3/4</text:p></table:table-cell>',
    "number": '<table:table-cell office:value-type="float" office:value="{}"><text:p>1.000</text:p></table:table-cell>',
    "error": (
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" '
        'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
    ),
    "old error": (
        '<table:table-cell table:formula="of:=1/0" office:value-type="float" office:value="0">'
        "<text:p>Err:502</text:p></table:table-cell>"
    ),
    "formula": '<table:table-cell table:formula="of:=[.A1]"/>',
}


def open_document(*rows: list[tuple[str, Any]]) -> bytes:
    """An ODS file as LibreOffice writes it: two blank rows that are alike, then ``rows``."""
    names = {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
    }
    filled = "".join(
        f"<table:table-row>{''.join(ODS_CELLS[kind].format(value) for kind, value in row)}</table:table-row>"
        for row in rows
    )
    content = (
        f"<office:document-content {' '.join(f'xmlns:{name}={uri!r}' for name, uri in names.items())}>"
        '<office:body><office:spreadsheet><table:table table:name="Danh sách">'
        '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
        f"{filled}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", content)
        package.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return file.getvalue()


def in_open_document(header: list[str], row: list[str]) -> bytes:
    return open_document([("text", cell) for cell in header], [("text", cell) for cell in row])


def lent(data: bytes) -> FileRows[Lent]:
    return read_rows("lent.xlsx", data, Lent, lambda _line, row: row)


HEAD = ["Name", "On", "Count", "Note"]


@with_every_file
def test_every_importer_reads_a_workbook_as_it_reads_csv(model: type[Row]) -> None:
    header, row = FILES[model].splitlines()
    data = workbook([], header.upper().split(","), [], row.split(","), ["", " "])
    assert rows_of(model, data) == rows_of(model, FILES[model])


def test_numbers_and_dates_have_one_reading_in_a_workbook() -> None:
    content = lent(workbook(HEAD, ["a", date(2026, 4, 3), 1000], ["b", "2026-04-03", 1000.0]))
    assert content.bad == []
    assert [(row.on, row.count) for row in content.rows] == [(date(2026, 4, 3), 1000)] * 2


def test_texts_in_a_workbook_have_the_readings_of_csv() -> None:
    content = lent(workbook(HEAD, ["a", "03/04/2026", "1.000"]))
    assert [(bad.line, bad.column, bad.message) for bad in content.bad] == [
        (2, "on", "is not a date like 2026-01-31: '03/04/2026' may be 2026-04-03 or 2026-03-04"),
        (2, "count", "has two readings: '1.000' may be 1000 or 1"),
    ]


def test_codes_that_a_spreadsheet_took_for_numbers_keep_their_digits_or_get_their_zero_back() -> None:
    header, row = (line.split(",") for line in FILES[CustomerRow].splitlines())
    cells: list[Any] = [*row]
    cells[header.index("phone")], cells[header.index("tax_code")] = 953000111, 96123456789
    content = read_rows("customers.xlsx", workbook(header, cells), CustomerRow, lambda _line, row: row)
    assert [(row.phone, row.tax_code) for row in content.rows] == [("+84953000111", "096123456789")]
    assert [remark.column for remark in content.remarks] == ["phone", "tax_code"]


@pytest.mark.parametrize(
    ("fill", "line", "message"),
    [
        (
            lambda _book, sheet: sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!"),
            2,
            "C2 holds an error instead of a value: open the workbook, correct it and save it again",
        ),
        (
            lambda _book, sheet: sheet.write_formula(2, 2, "=A1", None, ""),
            3,
            "C3 holds a formula that was never computed: open the workbook, correct it and save it again",
        ),
        (
            lambda _book, sheet: sheet.write(1, 2, 12345678901234567),
            2,
            "holds a number that the spreadsheet has rounded",
        ),
        (
            lambda _book, sheet: sheet.merge_range(1, 0, 2, 0, "a"),
            2,
            "A2:A3 is merged: its value may belong to the first cell or to each; split it and fill the cells",
        ),
        (
            lambda _book, sheet: sheet.merge_range(0, 0, 0, 1, "Name"),
            1,
            "A1:B1 is merged",
        ),
        (
            lambda _book, sheet: sheet.set_row(1, None, None, {"hidden": True}),
            2,
            "is hidden, and may be meant or left out: show all rows, or copy those that are meant into a new sheet",
        ),
        (
            lambda _book, sheet: sheet.set_column(2, 3, None, None, {"hidden": True}),
            1,
            "C is hidden and holds something, which may be meant or left out: show it or delete it",
        ),
        (
            lambda _book, sheet: sheet.set_column(2, 2, 0),
            1,
            "C is hidden and holds something",
        ),
        (
            lambda book, sheet: (book.worksheets()[1].activate(), sheet.hide()),
            1,
            "has a hidden sheet with content, 'Danh sách': show it or delete it",
        ),
        (
            lambda book, _sheet: book.add_worksheet("Bản sao").write(0, 0, "x"),
            1,
            "has several sheets with content, 'Danh sách' and 'Bản sao': keep one",
        ),
    ],
)
def test_a_workbook_with_two_readings_or_none_is_refused(
    fill: Callable[[Any, Any], None], line: int, message: str
) -> None:
    content = lent(workbook(HEAD, ["a", date(2026, 4, 3), 5], fill=fill))
    assert (content.is_broken, [(bad.line, bad.message[: len(message)]) for bad in content.bad]) == (
        True,
        [(line, message)],
    )


def test_a_zip_file_that_is_no_workbook_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("readme.txt", "hello")
    [bad] = lent(file.getvalue()).bad
    assert (bad.slug, bad.message[:38]) == ("bad-workbook", "is a workbook that cannot be read (Can")


def test_a_folder_may_hold_the_workbook_in_place_of_the_csv_file_and_not_both(tmp_path: Path) -> None:
    assert find_file(tmp_path, "customers.csv") is None
    (tmp_path / "Customers.XLSX").write_bytes(b"")
    assert find_file(tmp_path, "customers.csv") == tmp_path / "Customers.XLSX"
    (tmp_path / "customers.csv").write_bytes(b"")
    with pytest.raises(UnreadableFileError, match=r"the folder holds Customers\.XLSX and customers\.csv: keep one"):
        find_file(tmp_path, "customers.csv")
    (tmp_path / "meters.ods").write_bytes(b"")
    assert find_file(tmp_path, "meters.csv") == tmp_path / "meters.ods"
    (tmp_path / "Readings.xls").write_bytes(b"")
    assert find_file(tmp_path, "readings.csv") == tmp_path / "Readings.xls"


@with_every_file
def test_every_importer_reads_ods_as_it_reads_csv(model: type[Row]) -> None:
    header, row = FILES[model].splitlines()
    data = in_open_document(header.upper().split(","), row.split(","))
    assert rows_of(model, data) == rows_of(model, FILES[model])


def test_numbers_and_dates_have_one_reading_in_ods_and_xls() -> None:
    head: list[tuple[str, Any]] = [("text", name) for name in HEAD]
    ods = open_document(head, [("text", "a"), ("date", "2026-04-03"), ("number", 1000)])
    assert [(row.on, row.count) for row in lent(ods).rows] == [(date(2026, 4, 3), 1000)]
    content = lent((XLS / "lent.xls").read_bytes())
    assert content.bad == []
    assert [(row.name, row.on, row.count) for row in content.rows] == [
        ("Nguyễn", date(2026, 4, 3), 1000),
        ("b", date(2026, 4, 3), 1000),
    ]


@pytest.mark.parametrize(
    ("kind", "cause"), [("error", "an error"), ("old error", "an error"), ("formula", "a formula")]
)
def test_a_cell_of_ods_without_a_value_is_refused_with_its_line(kind: str, cause: str) -> None:
    head: list[tuple[str, Any]] = [("text", name) for name in HEAD]
    [bad] = lent(open_document(head, [("text", "a"), ("date", "2026-04-03"), (kind, "")])).bad
    assert (bad.line, bad.message.startswith(f"a cell holds {cause}")) == (4, True)


def test_what_is_hidden_or_merged_without_a_value_is_read_over() -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.set_row(7, None, None, {"hidden": True})
        sheet.merge_range(9, 0, 9, 3, "")
        sheet.set_column(5, 16_383, None, None, {"hidden": True})

    content = lent(workbook(HEAD, ["a", date(2026, 4, 3), 5], fill=fill))
    assert (len(content.rows), content.bad) == (1, [])


@pytest.mark.parametrize(
    ("before", "after", "cause"),
    [
        (
            "<table:table-row><table:table-cell office",
            '<table:table-row table:visibility="filter"><table:table-cell office',
            "is hidden",
        ),
        ("<table:table-cell office", '<table:table-cell table:number-rows-spanned="2" office', "a cell is merged"),
        (
            "<table:table-row table:number-rows-repeated",
            (
                '<table:table-column/><table:table-column table:visibility="collapse"/><table:table-rows/>'
                "<table:table-row table:number-rows-repeated"
            ),
            "a column is hidden",
        ),
    ],
)
def test_what_a_person_sees_otherwise_is_refused_in_ods(before: str, after: str, cause: str) -> None:
    head: list[tuple[str, Any]] = [("text", name) for name in HEAD]
    data = open_document(head, [("text", "a"), ("date", "2026-04-03"), ("number", 5)])
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    first, last, rest = parts["content.xml"].decode().rpartition(before)
    parts["content.xml"] = (first + last.replace(before, after) + rest).encode()
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    [bad] = lent(changed.getvalue()).bad
    assert (bad.line, bad.message[: len(cause)]) == (3 if "column" in cause else 4, cause)


@pytest.mark.parametrize(
    ("file", "line", "message"),
    [
        ("error.xls", 3, "C3 holds an error instead of a value"),
        ("formula.xls", 4, "C4 holds a formula that was never computed"),
        ("hidden_column.xls", 1, "C is hidden and holds something"),
        ("hidden_sheet.xls", 1, "has a hidden sheet with content, 'Lists'"),
    ],
)
def test_a_cell_of_xls_without_a_value_is_refused_with_its_place(file: str, line: int, message: str) -> None:
    [bad] = lent((XLS / file).read_bytes()).bad
    assert (bad.line, bad.message[: len(message)]) == (line, message)


@pytest.mark.parametrize("length", [8, 600, 3000, 5000])
def test_an_xls_file_that_is_cut_off_is_refused(length: int) -> None:
    [bad] = lent((XLS / "lent.xls").read_bytes()[:length]).bad
    assert bad.message == "is a workbook that cannot be read: save it as XLSX, or save it as CSV UTF-8"


def test_a_binary_workbook_of_2007_is_refused_with_the_remedy() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("xl/workbook.bin", b"")
    [bad] = lent(file.getvalue()).bad
    assert bad.message == "is a workbook of a kind that is not read (XLSB): save it as XLSX, or save it as CSV UTF-8"


def test_a_web_page_called_xls_is_refused_with_the_remedy() -> None:
    [bad] = lent(b"\xef\xbb\xbf<html><table><tr><td>Name</td></tr></table></html>").bad
    assert bad.message.startswith("is a web page or XML, whatever it is called: open it in a spreadsheet")
