"""MT940: statements as SWIFT messages, read by mt-940. One file may hold the messages of many days. Pure."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

import mt940

from services.billing.statements.statement import Statement, StatementError, StatementRow
from shared.text import tidy

SOURCE = "mt940"
_MESSAGE = re.compile(r"^(?:\{4:\s*)?:20:", re.MULTILINE)
_ACCOUNT_NUMBER = re.compile(r"[0-9A-Za-z]{6,19}$")
_NO_REFERENCE = frozenset({"", "NONREF", "NOTPROVIDED"})
_BROKEN = (ValueError, TypeError, LookupError, RuntimeError, AssertionError, ArithmeticError, InvalidOperation)
"""What the library raises for what is no MT940."""


def is_mt940(text: str) -> bool:
    """Whether a text has messages of this kind."""
    return _MESSAGE.search(text) is not None and re.search(r"^:60[FM]:", text, re.MULTILINE) is not None


def read_mt940(text: str, account_number: str = "") -> Statement:
    """Return the statement in the messages of a file, which follow each other. Raises :class:`StatementError`."""
    starts = [found.start() for found in _MESSAGE.finditer(text)]
    messages = [
        _message(text[start:end], line=text.count("\n", 0, start) + 1)
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True)
    ]
    first = messages[0]
    for before, message in pairwise(messages):
        if message.account_number != first.account_number:
            raise StatementError("the file is of several accounts: take a file for each")
        if message.opening != before.closing:
            raise StatementError(f"a message is missing: one ends with {before.closing}, the next begins otherwise")
    if account_number and account_number != first.account_number:
        raise StatementError(f"the file is of account {first.account_number}, not {account_number}")
    rows = [row for message in messages for row in message.rows]
    return Statement(SOURCE, first.account_number, first.opening, messages[-1].closing, rows)


def _message(text: str, *, line: int) -> Statement:
    try:
        found = mt940.models.Transactions()
        found.parse(text.rstrip().removesuffix("-}").removesuffix("-"))
        named = _ACCOUNT_NUMBER.search(str(found.data["account_identification"]).strip())
        opening = _balance(found.data, "opening")
        closing = _balance(found.data, "closing")
        rows = [_row(line, entry.data) for entry in found]
    except StatementError:
        raise
    except _BROKEN as error:
        raise StatementError(f"line {line}: is no MT940 message that can be read ({type(error).__name__})") from None
    return Statement(SOURCE, named[0] if named else "", opening, closing, rows)


def _balance(data: Any, which: str) -> int:
    found = data.get(f"final_{which}_balance") or data[f"intermediate_{which}_balance"]
    return _dong(found.amount)


def _row(line: int, data: Any) -> StatementRow:
    amount = _dong(data["amount"])
    day = date(data["date"].year, data["date"].month, data["date"].day)
    references = (tidy(str(data.get(name) or "")) for name in ("customer_reference", "bank_reference"))
    told: Sequence[str] = [str(data.get(name) or "") for name in ("transaction_details", "extra_details")]
    return StatementRow(
        line=line,
        day=day,
        at=None,
        credit=max(amount, 0),
        debit=max(-amount, 0),
        balance=None,
        reference=next((text for text in references if text.upper() not in _NO_REFERENCE), ""),
        content=tidy(" ".join(" ".join(told).split())),
    )


def _dong(amount: Any) -> int:
    """Return whole đồng, signed; another currency and parts of a đồng are refused."""
    value: Decimal = amount.amount
    if amount.currency != "VND":
        raise StatementError(f"is in {amount.currency}: only accounts in VND are taken")
    if value != value.to_integral_value():
        raise StatementError(f"{value} is no whole amount")
    return int(value)
