"""Tables for spreadsheets: whatever somebody has typed is text in them."""

import io
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from shared.csv_files.export import as_csv, as_xlsx, safe_cell


@pytest.mark.parametrize("text", ["=1+1", "+84", "-1+cmd", "@SUM(A1)", "\t=1", "\r=1", "＝1", " =1", "\u00a0=1"])
def test_a_cell_that_looks_like_a_formula_is_text(text: str) -> None:
    assert str(safe_cell(text)).startswith("'")


def test_numbers_stay_numbers_and_excel_knows_the_encoding() -> None:
    assert as_csv(["tên", "đồng"], [["Bưởi", -5], [None, True]]).decode() == "\ufefftên,đồng\r\nBưởi,-5\r\n,True\r\n"


def test_a_workbook_has_numbers_and_days_and_computes_nothing_that_somebody_typed() -> None:
    typed = ["=1+1", "+84", "https://example.com", "007", "1e5"]
    content = as_xlsx("report", ["ngày", "đồng", "chữ"], [[date(2026, 11, 29), 1_234, text] for text in typed])
    header, *rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("report").to_python()
    assert header == ["ngày", "đồng", "chữ"]
    assert rows == [[date(2026, 11, 29), 1_234, text] for text in typed]
