"""Statements as tables: the header is found by its words, wherever a bank puts it and whatever stands above. Pure.

Known are the tables of Vietcombank (company and personal), BIDV and Techcombank; others with the same words are
read, too. Where a company has described a bank's layout (``layouts.py``), that goes first.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from services.billing.statements.layouts import StatementLayout
from services.billing.statements.statement import Statement, StatementError, StatementRow
from shared.text import search_key, tidy

_HEADER_WITHIN = 80
"""Rows in which the header stands."""

_COLUMNS: Mapping[str, Sequence[str]] = {
    # The better name first: a statement may have the day of the request and of the value, too.
    "day": (
        r"\b(ngay giao dich|ngay gd|tnx date|transaction date)\b",
        r"^ngay$",
        r"\b(ngay hieu luc|effective date)\b",
    ),
    "reference": (r"\b(so ct|doc no|so tham chieu|so but toan|reference|ref no|ma giao dich|so gd)\b",),
    "debit": (r"\b(ghi no|debit|phat sinh no)\b|^no$",),
    "credit": (r"\b(ghi co|credit|phat sinh co)\b|^co$",),
    "balance": (r"^(so du|balance|running balance)\b",),
    "content": (r"\b(noi dung|mo ta|dien giai|description|transactions? in detail|remarks?)\b",),
    "counter_name": (r"\b(ten tai khoan doi ung|ten doi ung|counterparty name)\b",),
    "counter_account": (r"^(so )?tai khoan (dich|doi ung)\b",),
    "counter_bank": (r"\bngan hang (doi tac|doi ung)\b",),
}
_NEEDED = ("day", "debit", "credit", "content")
_OPENING = re.compile(r"\b(so du dau|du dau|opening balance|beginning balance)\b")
_CLOSING = re.compile(r"\b(so du cuoi|du cuoi|closing balance|ending balance)\b")
_ACCOUNT = re.compile(r"\b(so tai khoan|account (no|number)|tai khoan)\b")
_CURRENCY = re.compile(r"\b(loai tien|tien te|currency|ccy)\b")
_CURRENCY_CODE = re.compile(r"\b(VND|USD|EUR|JPY|GBP|AUD|SGD|CNY|KRW|THB|CHF|CAD|HKD)\b")
_ACCOUNT_NUMBER = re.compile(r"(?<!\d)\d{6,19}(?!\d)")
_DAY = re.compile(r"\b(\d{1,2})[/-](\d{1,2})[/-](\d{4})\b|\b(\d{4})-(\d{2})-(\d{2})(?=\D|$)", re.ASCII)
_TIME = re.compile(r"(?<!\d)(\d{2}):(\d{2})(?::(\d{2}))?(?!\d)", re.ASCII)
_AMOUNT = re.compile(r"([+-]?)(\d{1,3}(?:([.,])\d{3}(?:\3\d{3})*)?|\d+)(?:[.,]0{1,2})?", re.ASCII)
_MOST_DIGITS = 18
_LABEL = re.compile(r"[^\d+-]*[:\s]\s*")


@dataclass(frozen=True, slots=True)
class _Header:
    place: int
    columns: Mapping[str, int]
    layout: StatementLayout | None = None
    """None: found by its words."""


def header_of(rows: Sequence[Sequence[str]], layouts: Sequence[StatementLayout] = ()) -> int | None:
    """Return the place of the header; None where no row within the first ones is one."""
    found = _header(rows, layouts)
    return None if found is None else found.place


def read_table(
    rows: Sequence[Sequence[str]], account_number: str = "", layouts: Sequence[StatementLayout] = ()
) -> Statement:
    """Return the statement in a table; ``account_number`` where the table does not name it.

    Raises :class:`StatementError`.
    """
    header = _header(rows, layouts)
    if header is None:
        needed = "day, debit, credit and text"
        raise StatementError(f"no header within {_HEADER_WITHIN} rows: none names {needed}")
    named = _account(rows[: header.place])
    if account_number and named and account_number != named:
        raise StatementError(f"the file is of account {named}, not {account_number}")
    _require_dong(rows[: header.place])
    found = []
    # What a payer wrote is no label.
    others = list(rows[: header.place])
    for line, cells in enumerate(rows[header.place + 1 :], header.place + 2):
        row = _row(line, cells, header)
        if row is None:
            others.append(cells)
        else:
            found.append(row)
    return Statement(
        f"statement-{_layout(rows[header.place])}",
        account_number or named,
        _labelled(others, _OPENING),
        _labelled(others, _CLOSING),
        found,
    )


def _require_dong(head: Sequence[Sequence[str]]) -> None:
    """Refuse a statement whose head names another currency. Raises :class:`StatementError`."""
    for cells in head:
        for place, cell in enumerate(cells):
            if not _CURRENCY.search(search_key(cell)):
                continue
            told = _CURRENCY_CODE.findall(" ".join(cells[place:]))
            if told and "VND" not in told:
                raise StatementError(f"is in {told[0]}: only accounts in VND are taken")


def _layout(header: Sequence[str]) -> str:
    """Return a name for a layout: what its header says, without blank columns at the end."""
    told = "|".join(search_key(cell) for cell in header).rstrip("|")
    return hashlib.sha256(told.encode()).hexdigest()[:8]


def _header(rows: Sequence[Sequence[str]], layouts: Sequence[StatementLayout]) -> _Header | None:
    for layout in sorted(layouts, key=lambda one: one.in_force_from, reverse=True):
        for place, cells in enumerate(rows[:_HEADER_WITHIN]):
            columns = layout.places(cells)
            if columns is not None and _latest_day(rows[place + 1 :], columns["day"]) >= layout.in_force_from:
                return _Header(place, columns, layout)
    for place, cells in enumerate(rows[:_HEADER_WITHIN]):
        keys = [search_key(cell) for cell in cells]
        columns = {}
        for name, patterns in _COLUMNS.items():
            places = (at for pattern in patterns for at, key in enumerate(keys) if re.search(pattern, key))
            if (at := next(places, None)) is not None:
                columns[name] = at
        if all(name in columns for name in _NEEDED) and len({columns[name] for name in ("debit", "credit")}) == 2:
            return _Header(place, columns)
    return None


def _latest_day(rows: Sequence[Sequence[str]], place: int) -> date:
    """Return the day of the latest movement; without any, the last one that there is."""
    return max((day for cells in rows if len(cells) > place and (day := _day(tidy(cells[place])))), default=date.max)


def _row(line: int, cells: Sequence[str], header: _Header) -> StatementRow | None:
    """Return a movement; None for a row without a day, such as the second line of a header, or sums."""
    columns = header.columns

    def cell(name: str) -> str:
        place = columns.get(name)
        return "" if place is None or place >= len(cells) else tidy(cells[place])

    moment = cell("day")
    day = _day(moment)
    if day is None:
        return None
    if "amount" in columns:
        credit, debit = _in_or_out(_amount(cell("amount"), line) or 0, cell("direction"), header.layout, line)
    else:
        # Some banks write what left as a negative number, and none of them a negative credit.
        credit, debit = _amount(cell("credit"), line) or 0, abs(_amount(cell("debit"), line) or 0)
    if credit < 0 or (credit and debit):
        raise StatementError(f"line {line}: no movement is both in and out")
    if not credit and not debit:
        return None
    reference = cell("reference")
    if columns.get("reference") == columns["day"]:
        # Day and document stand in one cell.
        reference = _TIME.sub("", _DAY.sub("", moment))
    return StatementRow(
        line=line,
        day=day,
        at=_time(moment),
        credit=credit,
        debit=debit,
        balance=_amount(cell("balance"), line),
        reference=reference.strip(" -/"),
        content=cell("content"),
        counter_name=cell("counter_name"),
        counter_account=cell("counter_account"),
        counter_bank=cell("counter_bank"),
    )


def _in_or_out(amount: int, direction: str, layout: StatementLayout | None, line: int) -> tuple[int, int]:
    """Return what came in and what left, of one amount. Raises :class:`StatementError`."""
    if layout is None or layout.columns.direction is None:
        return max(amount, 0), max(-amount, 0)
    if direction in layout.incoming and amount >= 0:
        return amount, 0
    if direction in layout.outgoing:
        return 0, abs(amount)
    raise StatementError(f"line {line}: {direction[:20]!r} says neither that money came in nor that it left")


def _day(text: str) -> date | None:
    found = _DAY.search(text)
    if found is None:
        return None
    parts = (found[3], found[2], found[1]) if found[1] else (found[4], found[5], found[6])
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def _time(text: str) -> time | None:
    found = _TIME.search(text)
    try:
        return None if found is None else time(int(found[1]), int(found[2]), int(found[3] or 0))
    except ValueError:
        return None


def _amount(text: str, line: int) -> int | None:
    """Return whole đồng; None for an empty cell. Raises :class:`StatementError`."""
    plain = text.replace(" ", "").removesuffix("VND").removesuffix("đ")
    if plain in ("", "-"):
        return None
    found = _AMOUNT.fullmatch(plain)
    if found is None:
        raise StatementError(f"line {line}: {text[:40]!r} is no amount")
    digits = re.sub(r"\D", "", found[2])
    if len(digits) > _MOST_DIGITS:
        raise StatementError(f"line {line}: an amount of {len(digits)} digits")
    return int(found[1] + digits)


def _account(rows: Sequence[Sequence[str]]) -> str:
    for cells in rows:
        for place, cell in enumerate(cells):
            if _ACCOUNT.search(search_key(cell)):
                for text in cells[place:]:
                    if found := _ACCOUNT_NUMBER.search(text.replace(" ", "")):
                        return found[0]
    return ""


def _labelled(rows: Sequence[Sequence[str]], label: re.Pattern[str]) -> int | None:
    """Return the amount beside a label, or behind it in its cell."""
    for line, cells in enumerate(rows, 1):
        for place, cell in enumerate(cells):
            if not label.search(search_key(cell)):
                continue
            for text in (_LABEL.sub("", cell, count=1), *cells[place + 1 :]):
                try:
                    amount = _amount(tidy(text), line)
                except StatementError:
                    continue
                if amount is not None:
                    return amount
    return None
