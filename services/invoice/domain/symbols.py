"""Template and symbol of an invoice, and its number. Pure.

Sources: TT 91/2026/TT-BTC Annex I (template, symbol), NĐ 254/2026/NĐ-CP art. 10 (numbers: at most 8 digits, from 1 in
each row of numbers and year, rising in time, each used once).
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

from shared.clock import business_day

MAX_NUMBER = 99_999_999
"""A number has at most 8 digits."""

VAT_TEMPLATE = "1"
"""VAT invoice (hóa đơn giá trị gia tăng)."""

WITHOUT_CODE = "K"
"""Electricity enterprises may use invoices without the tax authority's code (NĐ 254/2026 art. 6(1)(b))."""

ORDINARY = "T"
"""An ordinary invoice; ``D`` is one that may lack mandatory items."""

_SYMBOL = re.compile(r"([1-9])([CK]([0-9]{2})[TDLMNBGHXF][A-Z]{2})", re.ASCII)
_SUFFIX = re.compile(r"[A-Z]{2}", re.ASCII)


class SymbolError(ValueError):
    """Something is no template and symbol, or no number of one; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """Template (ký hiệu mẫu số) and symbol (ký hiệu): one row of numbers of a seller and a year."""

    template: str
    series: str

    def __str__(self) -> str:
        return f"{self.template}{self.series}"

    @property
    def year(self) -> int:
        """The year whose invoices have it."""
        return 2000 + int(self.series[1:3])


def read_symbol(text: str) -> Symbol:
    """Return template and symbol as they are written together: ``1K26TAA``. Raises :class:`SymbolError`."""
    found = _SYMBOL.fullmatch(text)
    if found is None:
        raise SymbolError(f"{text!r} is no template and symbol like 1K26TAA")
    return Symbol(found[1], found[2])


def symbol_of(year: int, suffix: str, *, letter: str = ORDINARY) -> Symbol:
    """Return the symbol of a seller's VAT invoices without code; ``suffix`` has the two letters that the seller chose.

    Raises :class:`SymbolError`.
    """
    if not _SUFFIX.fullmatch(suffix):
        raise SymbolError(f"a symbol ends with two letters A to Z, not {suffix!r}")
    return read_symbol(f"{VAT_TEMPLATE}{WITHOUT_CODE}{year % 100:02d}{letter}{suffix}")


def next_suffix(used: set[str], first: str) -> str:
    """Return the first pair of letters from ``first`` on that no other seller has. Raises :class:`SymbolError`."""
    letters = [f"{a}{b}" for a in map(chr, range(65, 91)) for b in map(chr, range(65, 91))]
    for suffix in letters[letters.index(first) :]:
        if suffix not in used:
            return suffix
    raise SymbolError("no pair of letters is left for another seller")


@dataclass(frozen=True, slots=True)
class NumberRow:
    """How far the numbers of a template and symbol have come."""

    symbol: Symbol
    last_number: int
    last_made_at: datetime | None
    """The moment of the last invoice."""
    link: bytes = b""
    """What stands for all invoices up to the last one."""

    def first_of(self, count: int) -> int:
        """Return the first of the next ``count`` numbers. Raises :class:`SymbolError` when so many are not left."""
        if count < 1 or self.last_number + count > MAX_NUMBER:
            raise SymbolError(f"{self.symbol} has no {count} numbers left after {self.last_number}")
        return self.last_number + 1

    def moment_of_next(self, now: datetime) -> datetime:
        """Return the moment of the next invoice: now, and never before that of the last one.

        A clock that was put back must not give a greater number an earlier time.
        """
        return now if self.last_made_at is None else max(now, self.last_made_at)


def issue_year(day_or_moment: date | datetime) -> int:
    """Return the year whose row of numbers an invoice of that day or moment takes: the year in Vietnam."""
    if isinstance(day_or_moment, datetime):
        return business_day(day_or_moment).year
    return day_or_moment.year


def format_number(number: int) -> str:
    """Return an invoice number as it is shown: 8 digits."""
    return f"{number:08d}"
