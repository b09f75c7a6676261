"""Vietnamese tax codes: whatever people and spreadsheets write becomes the code as it is registered, or is refused.

A code has 10 digits, the last of them a check digit; a branch has three more behind a dash (Thông tư 86/2024/TT-BTC
art. 5). Since 2025-07-01 a household's is the holder's personal identification number: 12 digits that begin with the
place of registration from 001 to 096, then sex and century (Thông tư 59/2021/TT-BCA).
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from shared.text import plain_signs, without_pictures

_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_SEPARATORS = re.compile(r"[ .\-]")
_ALLOWED = re.compile(r"[0-9][0-9 .\-]*", re.ASCII)
_BETWEEN_CODES = re.compile(r"[;,/|\n]|\bho[aặ]c\b|\bv[aà]\b", re.IGNORECASE)
_ROUNDED = re.compile(r"[0-9][.,]?[0-9]*[eE]\+?[0-9]{1,2}", re.ASCII)
_FLOAT = re.compile(r"[0-9]{9,13}\.0", re.ASCII)
_LAST_PLACE = 96
_LAST_CENTURY = 3
"""The fourth digit of a personal number: sex and century; up to 3 until the year 2099."""


_NONE = "is not like 0300942001, 0300942001-001 or 096123456789"


class Change(StrEnum):
    """How a code differs from what was written."""

    LOST_ZERO = "lost-zero"
    """A spreadsheet has eaten its leading zero."""
    DASH = "dash"
    """A branch's code was written without its dash."""


@dataclass(frozen=True, slots=True)
class TaxCodeReading:
    """A tax code as it was understood."""

    code: str
    change: Change | None = None


class InvalidTaxCodeError(ValueError):
    """The text is no tax code; the message is the reason."""

    slug = "bad-tax-code"


def read_tax_code(text: str) -> TaxCodeReading:
    """Return a tax code: 10 digits, 10-3, or 12. Raises :class:`InvalidTaxCodeError`.

    A leading zero is put back only where exactly one code comes of it: behind the place of a check digit, or the
    beginning of a personal number, nothing else fits.
    """
    written = plain_signs(without_pictures(text)).removeprefix("'")  # the mark of a spreadsheet's text
    if _FLOAT.fullmatch(written):  # what programs make of a column of numbers with gaps
        written = written.removesuffix(".0")
    _check_signs(written)
    main, dash, branch = (part.strip() for part in written.partition("-"))
    if dash and len(branch) == 3 and branch.isdigit():
        if len(digits := _SEPARATORS.sub("", main)) not in {9, 10}:
            raise InvalidTaxCodeError(_NONE)
        return TaxCodeReading(f"{_company(digits)}-{branch}", Change.LOST_ZERO if len(digits) == 9 else None)
    digits = _SEPARATORS.sub("", written)
    _check_branch(digits, len(_SEPARATORS.sub("", branch)))
    change: Change | None = Change.LOST_ZERO
    match len(digits):
        case 9:
            code = _company(digits)
        case 10:
            code, change = _company(digits), None
        case 11:
            code = _personal("0" + digits)
        case 12 if digits[0] == "0":
            code, change = _personal(digits), None
        case 12:  # no personal number begins with another digit
            code = f"{_company(digits[:9])}-{digits[9:]}"
        case 13:
            code, change = f"{_company(digits[:10])}-{digits[10:]}", Change.DASH
        case count:
            raise InvalidTaxCodeError(f"has {count} digits; a tax code has 10, 10 and 3 behind a dash, or 12")
    return TaxCodeReading(code, change)


def _check_signs(written: str) -> None:
    if _ROUNDED.fullmatch(written):
        raise InvalidTaxCodeError("was rounded by a spreadsheet; write all its digits")
    if len(several := _several(written)) > 1:
        raise InvalidTaxCodeError(f"holds two codes, {' and '.join(several)}; write one")
    if not _ALLOWED.fullmatch(written):
        raise InvalidTaxCodeError(_NONE)


def _check_branch(digits: str, behind: int) -> None:
    """Refuse a company's code with a branch of other than three digits: together they may look like a person's."""
    if len(digits) - behind in {9, 10} and behind not in {0, 3} and len(digits) != 10:
        raise InvalidTaxCodeError(f"has {behind} digits behind its dash; a branch has 3")


def _several(written: str) -> list[str]:
    """Return the different codes of a text that holds nothing else."""
    found: dict[str, None] = {}
    pieces = _BETWEEN_CODES.split(written)
    for piece in pieces if len(pieces) > 1 else ():
        try:
            found[read_tax_code(piece).code] = None
        except InvalidTaxCodeError:
            return []
    return list(found)


def _company(digits: str) -> str:
    code = digits.zfill(10)
    expected = 10 - sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, code, strict=False)) % 11
    if str(expected) != code[9]:
        raise InvalidTaxCodeError("has a wrong check digit: a digit is mistyped or missing")
    return code


def _personal(number: str) -> str:
    if not 1 <= int(number[:3]) <= _LAST_PLACE or int(number[3]) > _LAST_CENTURY:
        raise InvalidTaxCodeError("is no personal identification number: it begins with no place of registration")
    return number
