"""Rules of series and numbers. Pure.

Source: NĐ 254/2026/NĐ-CP art. 10 (numbers: at most 8 digits, from 1 in each series and year).
"""

import re
from dataclasses import dataclass
from datetime import datetime

from services.receipt.domain.quotes import Quote
from services.receipt.legal_forms.rules import LegalForm
from shared.clock import business_day

MAX_NUMBER = 99_999_999
"""A number has at most 8 digits."""

FIRST_SUFFIX = "AA"

_SUFFIX = re.compile(r"^[A-Z]{2}$")
_SERIES = re.compile(r"^[A-Z]{1,4}(\d{2})(?:-|[A-Z])[A-Z]{2}$")
_TEMPLATE = re.compile(r"^[1-9](?=[CK])")
_LOOKUP_GROUP = 4


@dataclass(frozen=True, slots=True)
class Series:
    """A row of numbers of one seller, one year and one legal form: ``BN26-AA``; of invoices ``K26TAA``.

    The last two letters are the seller's, so that no two sellers of one system ever have the same series.
    """

    name: str
    year: int
    seller_tax_code: str
    template: str = ""
    """Template (mẫu số) of invoices; empty for receipts."""

    @property
    def symbol(self) -> str:
        """Template and series together, as signed: ``BN26-AA``, ``1K26TAA``."""
        return f"{self.template}{self.name}"


@dataclass(frozen=True, slots=True)
class LockedSeries:
    """A series whose next number is this transaction's alone."""

    series: Series
    last_number: int
    last_link: bytes
    last_issued_at: datetime | None
    incarnation: str = ""
    """Tells the database that holds it from one that was restored in its place."""
    database_time: datetime | None = None
    """The database's clock just before it was locked."""
    has_recovered: bool = False
    """Whether a recovery has recorded receipts again that customers have shown, in whichever series."""
    has_receipt: bool = False
    """Whether the payment had its receipt when the lock was asked for."""
    quotes: tuple[Quote, ...] = ()
    """The invoices of the bills that were known then."""


def series_of(seller_tax_code: str, suffix: str, year: int, form: LegalForm) -> Series:
    """Return the series of a seller in ``year``. Raises ValueError for a suffix that is not two capital letters."""
    if not _SUFFIX.match(suffix):
        raise ValueError(f"a series ends with two letters A to Z, not {suffix!r}")
    return Series(form.series_head(year) + suffix, year, seller_tax_code, form.template)


def series_in(symbol: str) -> str:
    """Return the name of the series in a symbol, which begins with a template where the series is one of invoices."""
    return _TEMPLATE.sub("", symbol)


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


def year_of(series_name: str) -> int:
    """Return the year in the name of a series. Raises ValueError for what is no such name."""
    match = _SERIES.match(series_name)
    if match is None:
        raise ValueError(f"{series_name} is no series")
    return 2000 + int(match[1])


def year_matches(series_name: str, moment: datetime) -> bool:
    """Return whether a series belongs to the year of ``moment``: ``BN25-AA`` on a day of 2026 does not."""
    match = _SERIES.match(series_name)
    return match is not None and int(match[1]) == issue_year(moment) % 100


def format_number(number: int) -> str:
    """Return a receipt number as printed: 8 digits."""
    return f"{number:08d}"


def format_lookup_code(code: str) -> str:
    """Return a lookup code in groups that a person can type, the check character in the last: ``ABCD-EFGH-IJKL-MNOPQ``.

    So it fits beside its label on 58 mm paper.
    """
    groups = [code[start : start + _LOOKUP_GROUP] for start in range(0, len(code), _LOOKUP_GROUP)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        check = groups.pop()
        groups[-1] += check
    return "-".join(groups)
