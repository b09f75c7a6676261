"""Cells of CSV files as dates and numbers, with an error that names the column."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from services.billing.errors import BillingError

Row = Mapping[str, str]
"""Column → stripped text."""

_LONGEST_NUMBER = 15
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)


def date_cell(row: Row, name: str) -> date:
    """Return a day written ``YYYY-MM-DD``; raise ``missing-field`` or ``bad-date``."""
    text = row.get(name, "")
    if not text:
        raise BillingError("missing-field", f"{name} is empty")
    problem = BillingError("bad-date", f"{name} is not a date YYYY-MM-DD: {text!r}")
    if not _DATE.fullmatch(text):
        raise problem
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise problem from None


def decimal_cell(row: Row, name: str) -> Decimal | None:
    """Return a decimal number, None when empty; raise ``bad-number``."""
    text = row.get(name, "")
    if not text:
        return None
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        raise BillingError("bad-number", f"{name} is not a number: {text!r}")
    return Decimal(text)


def whole_cell(row: Row, name: str) -> int | None:
    """Return a whole number of 0 or more (``165``, or a spreadsheet's ``165.0``), None when empty."""
    value = decimal_cell(row, name)
    if value is None:
        return None
    if value != value.to_integral_value():
        raise BillingError("not-whole", f"{name} must be a whole number: {row[name]!r}")
    if value < 0:
        raise BillingError("negative", f"{name} cannot be negative: {row[name]!r}")
    return int(value)
