"""Rules of series and numbers. Pure.

Sources: Thông tư 78/2021/TT-BTC art. 4 (symbols: one letter of kind, two digits of the year, one letter of use, two
free letters), Quyết định 1450/QĐ-TCT (at most 8 digits, from 1 in each series and year).
"""

import re
from dataclasses import dataclass
from datetime import datetime

from shared.clock import business_day

TEMPLATE = "1"
"""Mẫu số 1: VAT invoice."""

MAX_NUMBER = 99_999_999
"""A number has at most 8 digits."""

FIRST_SUFFIX = "AA"

_SUFFIX = re.compile(r"^[A-Z]{2}$")
_SERIES = re.compile(r"^K(\d{2})T[A-Z]{2}$")
_LOOKUP_GROUP = 4


@dataclass(frozen=True, slots=True)
class Series:
    """A series (ký hiệu) of one seller and one year, for example ``K26TAA``.

    ``K``: the tax authority gives no code, as the sector may; ``T``: an ordinary invoice; the two free
    letters are the seller's, so that no two sellers of one system ever have the same series.
    """

    name: str
    year: int
    seller_tax_code: str
    template: str = TEMPLATE

    @property
    def symbol(self) -> str:
        """Template and series together, as printed: ``1K26TAA``."""
        return f"{self.template}{self.name}"


@dataclass(frozen=True, slots=True)
class LockedSeries:
    """A series whose next number is this transaction's alone."""

    series: Series
    last_number: int
    last_link: bytes
    last_issued_at: datetime | None


def series_of(seller_tax_code: str, suffix: str, year: int) -> Series:
    """Return the series of a seller in ``year``. Raises ValueError for a suffix that is not two capital letters."""
    if not _SUFFIX.match(suffix):
        raise ValueError(f"a series ends with two letters A to Z, not {suffix!r}")
    return Series(name=f"K{year % 100:02d}T{suffix}", year=year, seller_tax_code=seller_tax_code)


def next_suffix(used: set[str], first: str = FIRST_SUFFIX) -> str:
    """Return the first free pair of letters from ``first`` on: AA, AB, …, ZZ. Raises ValueError when all are taken."""
    letters = [f"{a}{b}" for a in map(chr, range(65, 91)) for b in map(chr, range(65, 91))]
    for suffix in letters[letters.index(first) :]:
        if suffix not in used:
            return suffix
    raise ValueError("no pair of letters is left for another seller")


def issue_year(moment: datetime) -> int:
    """Return the year that a receipt issued at ``moment`` belongs to: that of the business day in Vietnam."""
    return business_day(moment).year


def year_matches(series_name: str, moment: datetime) -> bool:
    """Return whether a series belongs to the year of ``moment``: ``K25…`` on a day of 2026 does not."""
    match = _SERIES.match(series_name)
    return match is not None and int(match[1]) == issue_year(moment) % 100


def format_number(number: int) -> str:
    """Return a receipt number as printed: 8 digits."""
    return f"{number:08d}"


def format_lookup_code(code: str) -> str:
    """Return a lookup code in groups that a person can type: ``ABCD-EFGH-IJKL-MNOP``."""
    return "-".join(code[start : start + _LOOKUP_GROUP] for start in range(0, len(code), _LOOKUP_GROUP))
