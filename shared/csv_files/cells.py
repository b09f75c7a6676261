"""What a cell may hold: numbers, dates, texts. What has two readings is refused, naming both."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from shared.csv_files.damage import damage_in
from shared.printing.text import without_glyph
from shared.text import (
    LOST_LETTER,
    half_width,
    has_control_characters,
    has_too_many_marks,
    is_ordinary,
    mixed_word,
    plain_signs,
    search_key,
    tidy,
    with_vietnamese_d,
    without_pictures,
)
from shared.transliteration import in_latin_letters
from shared.wards import full_ward, place_of

_LONGEST_NUMBER = 15
_PLAIN = re.compile(r"([+-]?)([0-9]*)(?:([.,])([0-9]*))?", re.ASCII)
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:[., '\u00a0\u202f][0-9]{3})+(?:[.,][0-9]+)?")
_POWER = re.compile(r"[+-]?[0-9.,]+[eE][+-]?[0-9]+", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_DAY_OR_MONTH = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"([0-9]{4})[/.-]([0-9]{1,2})[/.-]([0-9]{1,2})", re.ASCII)
_SHORT_YEAR = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{1,2})", re.ASCII)
_LETTER = re.compile(r"[a-z]")
_ANY_LETTER = re.compile(r"[^\W\d_]")
_FORMULA = re.compile(r"=|[@+-][A-Za-z_.]+\(")
_MIDNIGHT = re.compile(r"[ T]00:00(:00(\.0+)?)?")
_DAY_NUMBER = re.compile(r"([3-6][0-9]{4})(?:\.0+)?", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1950, 2100
"""Dates beyond are slips, or what programs write for no date: 1900-01-00, 9999-12-31."""
_DAY_ZERO, _MACINTOSH_DAYS = date(1899, 12, 30), timedelta(days=1462)
_YES = ("true", "1", "yes", "y", "có", "x")
_NO = ("false", "0", "no", "n", "không")
_TRUTH = dict.fromkeys(_YES, True) | dict.fromkeys(_NO, False)
_TRUTH_WITHOUT_ACCENTS = {"co": True, "khong": False}


Notes = list[tuple[str, str, str]]
"""Column, kind and message of what was read otherwise than it is written; the context of a row's validation."""


class BadCellError(ValueError):
    """A cell holds something else than its column; the message follows the column's name in a sentence."""

    def __init__(self, slug: str, message: str) -> None:
        self.slug = slug
        super().__init__(message)


def note(info: ValidationInfo, slug: str, message: str) -> None:
    """Report that a cell was read otherwise than it is written."""
    if isinstance(info.context, list):
        info.context.append((info.field_name or "", slug, message))


def number(text: str) -> Decimal:
    """Return a number written with a decimal point or comma, or none.

    ``1.000`` may be one or a thousand: three digits behind one separator have two readings unless nothing but zeros, or
    more than three digits, stand before it.
    """
    if _is_whole(text):
        return Decimal(text)
    text = plain_signs(text)
    match = _PLAIN.fullmatch(text) if len(text) <= _LONGEST_NUMBER else None
    if match is None or not (match[2] or match[4]):
        raise BadCellError("bad-number", _no_number(text))
    sign, whole, separator, decimals = match.groups(default="")
    as_decimal = Decimal(f"{sign}{whole or '0'}.{decimals or '0'}")
    if separator and len(decimals) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0":
        as_whole = f"{sign}{whole}{decimals}"
        raise BadCellError("bad-number", f"has two readings: {text!r} may be {as_whole} or {_plain(as_decimal)}")
    return as_decimal if decimals else Decimal(f"{sign}{whole}")


def fraction(text: str) -> Decimal:
    """Return a number that is at most 1 by its nature, so that its separator is the decimal one: ``1.000`` is 1."""
    match = _PLAIN.fullmatch(text)
    if match is not None and match[2] == "1" and match[4] == "000":
        return Decimal("1.000")
    return number(text)


def whole(text: str) -> int:
    """Return a whole number of 0 or more: ``165``, or a spreadsheet's ``165.0``."""
    if _is_whole(text):
        return int(text)
    value = number(text)
    if value != value.to_integral_value():
        raise BadCellError("not-whole", f"must be a whole number: {text!r}")
    if value < 0:
        raise BadCellError("negative", f"cannot be negative: {text!r}")
    return int(value)


_AMPERES = re.compile(r"(?:[0-9]{1,4}(?:[.,][0-9]{1,2})?[/(])?([0-9]{1,4})\)? ?A?", re.IGNORECASE)
_RATIO = re.compile(r"([1-9][0-9]{0,5})(?:(?: ?/ ?|:)([1-9][0-9]{0,3}))?")


def amperes(text: str) -> int:
    """Return the greatest current of a meter's plate: ``40``, ``10(40)A``, ``10/40``."""
    match = _AMPERES.fullmatch(text.strip())
    if match is None or not 0 < int(match[1]) <= 10_000:
        raise BadCellError("bad-amperes", f"is no current of a meter such as 40 or 10(40): {text!r}")
    return int(match[1])


def ratio(text: str) -> str:
    """Return the ratio of a transformer: ``100/5``, ``20``."""
    match = _RATIO.fullmatch(text.strip())
    if match is None or (match[2] is not None and int(match[1]) < int(match[2])):
        raise BadCellError("bad-ratio", f"is no ratio of a transformer such as 100/5 or 20: {text!r}")
    return match[1] if match[2] is None else f"{match[1]}/{match[2]}"


def wholes(text: str) -> tuple[int, ...]:
    """Return whole numbers that are separated by ``;``."""
    return tuple(whole(piece.strip()) for piece in text.split(";"))


def day(text: str) -> date:
    """Return a date written ``2026-01-31`` or ``2026/1/31``, or with the day first where it can be nothing else.

    ``31/01/2026`` is one, ``01/02/2026`` has two readings, ``1/2/26`` three. A spreadsheet's midnight behind the date
    does not count.
    """
    written = _MIDNIGHT.sub("", plain_signs(text))
    # fromisoformat alone would take other forms of the standard, too, such as 2026-W05.
    try:
        found = date.fromisoformat(written if _DATE.fullmatch(written) else _one_date(written))
    except ValueError:
        why = _may_be(written)
        if number_of_day := _DAY_NUMBER.fullmatch(written):
            found = _DAY_ZERO + timedelta(days=int(number_of_day[1]))
            other = found + _MACINTOSH_DAYS
            why = f", but the day number of a spreadsheet: {found}, or {other} where days count from 1904"
        raise BadCellError("bad-date", f"is not a date like 2026-01-31: {text!r}{why}") from None
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise BadCellError("bad-date", f"is not in a year from {_FIRST_YEAR} to {_LAST_YEAR}: {text!r}")
    return found


def yes_or_no(text: str) -> bool:
    """Return a truth value, as spreadsheets and people write it in either language; a cross is a yes.

    An empty cell and ``-`` are no value: whether they are a no depends on who filled the list in.
    """
    if (plain := _TRUTH.get(text)) is not None:
        return plain
    clean = tidy(plain_signs(text)).casefold()
    value = _TRUTH.get(clean, _TRUTH_WITHOUT_ACCENTS.get(clean))
    if value is None:
        why = f"write one of {', '.join(_YES)} or one of {', '.join(_NO)}"
        raise BadCellError("bad-choice", f"is neither true nor false: {text!r}; {why}")
    return value


def between(least: int, most: int) -> Callable[[int], int]:
    """Return a check of a whole number."""

    def check(value: int) -> int:
        if not least <= value <= most:
            raise BadCellError("out-of-range", f"is not from {least} to {most}")
        return value

    return check


def one_of(*choices: str, upper: bool = False) -> Callable[[str], str]:
    """Return a check of a text that is one of few, in capitals where ``upper``."""

    def check(text: str) -> str:
        clean = plain_signs(text.upper() if upper else text)
        if clean not in choices:
            raise BadCellError("bad-choice", f"must be one of {', '.join(choices)}, not {text!r}")
        return clean

    return check


def words(longest: int, *, letters: bool = False) -> Callable[[str, ValidationInfo], str]:
    """Return a check of a text for people, which tidies it; with ``letters`` it must hold some.

    Emoji and other pictures are left out and remarked, so are letters that documents draw as plain ones; what documents
    cannot show is refused.
    """

    def check(text: str, info: ValidationInfo) -> str:
        is_plain = is_ordinary(text)
        if is_plain:
            clean = tidy(text)
        else:
            _check_bytes(text)
            clean = tidy(with_vietnamese_d(half_width(without_pictures(text))))
        if not clean:
            raise BadCellError("missing-field", "is empty")
        _check_meaning(clean, is_plain=is_plain)
        if len(clean) > longest:
            raise BadCellError("too-long", f"is longer than {longest} letters")
        if letters and not (_ANY_LETTER if is_plain else _LETTER).search(clean if is_plain else search_key(clean)):
            raise BadCellError("no-letters", _without_letters(clean))
        if is_plain:  # every document can show it as it stands
            return clean
        plain, missing = without_glyph(clean)
        if missing:
            why = f"holds what documents cannot show: {missing!r}; write it in Latin letters or leave it out"
            raise BadCellError("no-glyph", why)
        _note_changes(text, plain, info)
        return clean

    return check


def ward(text: str, info: ValidationInfo) -> str:
    """Return a ward as it has been called since 2025-07-01, with its kind written out.

    Refused where the row's ``address`` names another one: then one of them is of before the reform.
    """
    clean = words(100)(text, info)
    full = full_ward(clean)
    if full is None:
        why = "is not one ward like Phường An Xuyên, Xã Đất Mũi or Đặc khu Phú Quốc"
        raise BadCellError("bad-ward", f"{why} (there are no towns since 2025-07-01): {text!r}")
    named = place_of((info.data or {}).get("address", ""))
    if named is not None and named != place_of(full):
        why = "is another ward than the address names; an address of before 2025-07-01 belongs into address_old"
        raise BadCellError("two-wards", f"{full!r} {why}")
    if full.casefold() != clean.casefold():
        note(info, "ward-written-out", f"is read as {full!r}")
    return full


def _check_bytes(text: str) -> None:
    """Refuse what never was text."""
    if has_control_characters(text):
        raise BadCellError("control-characters", "holds control characters")
    if has_too_many_marks(text):
        raise BadCellError("too-many-marks", "has more accents on one letter than any language has")
    if LOST_LETTER in text:
        raise BadCellError("damaged-text", "holds a letter that was lost when the text was converted (U+FFFD)")


def _check_meaning(text: str, *, is_plain: bool) -> None:
    """Refuse what programs and keyboards leave in place of a text; one that ``is_plain`` mixes no alphabets."""
    if damage := damage_in(text):
        raise BadCellError("damaged-text", damage)
    if _FORMULA.match(text):
        raise BadCellError("formula", f"begins like a formula: {text!r}; write what it shows")
    if not is_plain and (mixed := mixed_word(text)):
        why = f"mixes Latin letters with Greek or Cyrillic ones that look alike: {mixed!r}; type the word anew"
        raise BadCellError("mixed-alphabets", why)


def _note_changes(text: str, plain: dict[str, str], info: ValidationInfo) -> None:
    """Report what of a text was left out or read otherwise, and which letters documents draw as ``plain`` ones."""
    if text.isascii():
        return
    if (seen := without_pictures(text)) != text:
        pictures = "".join(letter for letter in text if letter not in seen)
        note(info, "pictures", f"holds pictures that are left out: {pictures!r}")
    if (folded := half_width(seen)) != seen:
        note(info, "full-width", f"has full-width letters, which are read as ordinary ones: {tidy(folded)!r}")
    if (vietnamese := with_vietnamese_d(folded)) != folded:
        note(info, "not-d", f"has a letter of another language in place of đ: it is read as {tidy(vietnamese)!r}")
    if plain:
        pairs = ", ".join(f"{letter} as {drawn or 'nothing'}" for letter, drawn in plain.items())
        note(info, "plain-letters", f"has letters that documents draw as plain ones: {pairs}")


Number = Annotated[Decimal, BeforeValidator(number)]
Fraction = Annotated[Decimal, BeforeValidator(fraction)]
Whole = Annotated[int, BeforeValidator(whole)]
Wholes = Annotated[tuple[int, ...], BeforeValidator(wholes)]
Amperes = Annotated[int, BeforeValidator(amperes)]
Ratio = Annotated[str, AfterValidator(ratio)]
Day = Annotated[date, BeforeValidator(day)]
YesOrNo = Annotated[bool, BeforeValidator(yes_or_no)]
Name = Annotated[str, AfterValidator(words(200, letters=True))]
Address = Annotated[str, AfterValidator(words(300))]
Ward = Annotated[str, AfterValidator(ward)]
"""A ward of today; stands behind ``address``, which it must agree with."""


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER


def _without_letters(text: str) -> str:
    latin = tidy(in_latin_letters(text))
    if not _LETTER.search(search_key(latin)):
        return "holds no letters"
    return f"holds no Latin letters: {text!r}; write it as on the identity card, such as {latin!r}"


def _no_number(text: str) -> str:
    if _POWER.fullmatch(text):
        return f"was rounded by a spreadsheet: {text!r}; write all its digits"
    if _GROUPED.fullmatch(text):
        return f"is written with separators between thousands: {text!r}; write digits only"
    return f"is not a number: {text!r}"


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _dates(text: str) -> list[str]:
    """Return what a date may be, the day before the month first."""
    if match := _YEAR_FIRST.fullmatch(text):
        return _possible([(int(match[1]), int(match[2]), int(match[3]))])
    if match := _SHORT_YEAR.fullmatch(text):
        one, two, three = (int(part) for part in match.groups())
        return _possible([(2000 + three, two, one), (2000 + three, one, two), (2000 + one, two, three)])
    if not (match := _DAY_OR_MONTH.fullmatch(text)):
        return []
    one, two, year = (int(part) for part in match.groups())
    return _possible([(year, two, one), (year, one, two)])


def _possible(readings: list[tuple[int, int, int]]) -> list[str]:
    """Return those of year, month and day that the calendar has."""
    found: dict[str, None] = {}
    for year, month, day in readings:
        with suppress(ValueError):
            found[date(year, month, day).isoformat()] = None
    return list(found)


def _one_date(text: str) -> str:
    readings = _dates(text)
    return readings[0] if len(readings) == 1 and not _SHORT_YEAR.fullmatch(text) else ""


def _may_be(text: str) -> str:
    """Return the readings of a date whose parts may be exchanged, or whose century is missing."""
    readings = _dates(text)
    is_open = len(readings) > 1 or (readings and _SHORT_YEAR.fullmatch(text))
    return f" may be {' or '.join(readings)}" if is_open else ""
