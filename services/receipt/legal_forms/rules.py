"""What a document that confirms a payment is in law, by unit and day of issue. Pure.

Sources: NĐ 254/2026/NĐ-CP art. 3(6) and 9(4)(a), TT 91/2026/TT-BTC annex I (symbols of invoices).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from shared.contracts.common import Language

_INVOICE_SERIES = re.compile(r"^[CK]\{year\}[A-Z]\{letters\}$")
_OTHER_SERIES = re.compile(r"^(?![CK]\{)[A-Z]{1,4}\{year\}-\{letters\}$")


class LegalFormError(ValueError):
    """The file of legal forms is wrong; the message has the place."""


@dataclass(frozen=True, slots=True)
class LegalForm:
    """What a document is: its words, and how its row of numbers is named."""

    name: str
    series: str
    """With ``{year}`` (two digits) and ``{letters}`` (two, the seller's): ``BN{year}-{letters}``."""
    words: Mapping[Language, str]
    template: str = ""
    """Template of the invoice (mẫu số); empty for what is no invoice."""

    def series_head(self, year: int) -> str:
        """Return a series of ``year`` without the seller's letters: ``BN26-``."""
        return self.series.format(year=f"{year % 100:02d}", letters="")


@dataclass(frozen=True, slots=True)
class LegalRule:
    """From when on which form counts, for which units."""

    begins: date
    units: tuple[str, ...]
    """Patterns of unit codes; ``*`` stands for any characters."""
    whole: LegalForm
    """Of payments that settle whole bills."""
    other: LegalForm
    """Of part payments, of credit, and of slips that void."""


@dataclass(frozen=True, slots=True)
class LegalForms:
    """All rules; the last that has begun and names the unit counts."""

    rules: tuple[LegalRule, ...]

    def form_of(self, unit_code: str, day: date, *, settles_whole_bills: bool) -> LegalForm:
        """Return what a document issued by a unit on a day is. Raises LegalFormError when no rule covers it."""
        for rule in reversed(self.rules):
            if rule.begins <= day and any(fnmatchcase(unit_code, pattern) for pattern in rule.units):
                return rule.whole if settles_whole_bills else rule.other
        raise LegalFormError(f"no rule covers a receipt of unit {unit_code} on {day}")


def checked_form(form: LegalForm) -> LegalForm:
    """Return ``form``. Raises LegalFormError when its row could be mistaken for one of another kind."""
    if not all(form.words.get(language) for language in Language):
        raise LegalFormError(f"form {form.name}: words are missing in vi or en")
    if form.template and not (re.fullmatch("[1-9]", form.template) and _INVOICE_SERIES.match(form.series)):
        raise LegalFormError(
            f"form {form.name}: an invoice has a template of one digit and a series like K{{year}}T{{letters}}"
        )
    if not form.template and not _OTHER_SERIES.match(form.series):
        raise LegalFormError(f"form {form.name}: what is no invoice has a series like BN{{year}}-{{letters}}")
    return form
