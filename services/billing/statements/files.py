"""Statements as files: CSV in any separator, XLSX and XLS, MT940, camt.053 and camt.054."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from services.billing.statements.iso20022 import is_xml, read_camt
from services.billing.statements.layouts import StatementLayout
from services.billing.statements.statement import Statement, StatementError
from services.billing.statements.swift import is_mt940, read_mt940
from services.billing.statements.tables import header_of, read_table
from shared.csv_files import UnreadableFileError
from shared.csv_files.encoding import decoded
from shared.csv_files.table import SEPARATORS
from shared.csv_files.workbook import is_workbook

_LARGEST = 1 << 28
"""Bytes that a workbook may unpack to."""


def read_statement(
    name: str, data: bytes, account_number: str = "", layouts: Sequence[StatementLayout] = ()
) -> Statement:
    """Read and check a statement; ``account_number`` where it does not name the account.

    ``layouts``: of tables, as the company has described them; the words of headers are for all others.

    Raises :class:`StatementError` for what is none, and where its balances do not add up.
    """
    if is_workbook(data):
        statement = read_table(_of_workbook(data, layouts), account_number, layouts)
    elif is_xml(data):
        statement = read_camt(data, account_number)
    else:
        text = _text_of(name, data)
        if is_mt940(text):
            statement = read_mt940(text, account_number)
        else:
            statement = read_table(_of_csv(text, layouts), account_number, layouts)
    statement.check()
    return statement


def _text_of(name: str, data: bytes) -> str:
    try:
        return decoded(name, data).text
    except UnreadableFileError as error:
        raise StatementError(str(error)) from None


def _of_csv(text: str, layouts: Sequence[StatementLayout]) -> list[list[str]]:
    tables = (list(csv.reader(io.StringIO(text, newline=""), delimiter=separator)) for separator in SEPARATORS)
    try:
        return next((table for table in tables if header_of(table, layouts) is not None), [])
    except csv.Error as error:
        raise StatementError(f"is no CSV: {error}") from None


def _of_workbook(data: bytes, layouts: Sequence[StatementLayout]) -> list[list[str]]:
    # Not by the reader of lists: banks merge cells above their tables, which a list must not have. The balances prove
    # that nothing was lost.
    try:
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as package:
                if sum(entry.file_size for entry in package.infolist()) > _LARGEST:
                    raise StatementError("unpacks to more than a statement ever holds")
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False) for sheet in workbook.sheet_names]
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        if isinstance(error, StatementError):
            raise
        raise StatementError(f"is a damaged workbook: {type(error).__name__}") from None
    tables = ([[_text(value) for value in row] for row in sheet] for sheet in sheets)
    return next((table for table in tables if header_of(table, layouts) is not None), [])


def _text(value: Any) -> str:
    if isinstance(value, float):
        # With so many digits that 123.456 is never read as 123 thousand.
        return str(int(value)) if value.is_integer() else f"{value:.6f}"
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return value.isoformat() if isinstance(value, date | time) else str(value)
