"""Vietnamese phone numbers: whatever people write becomes E.164, or is refused with the reason."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberType

from shared.text import plain_signs, without_pictures

COUNTRY_CODE = "84"

OLD_MOBILE_PREFIXES = {
    **{f"16{digit}": f"3{digit}" for digit in range(2, 10)},
    "120": "70",
    "121": "79",
    "122": "77",
    "126": "76",
    "128": "78",
    "123": "83",
    "124": "84",
    "125": "85",
    "127": "81",
    "129": "82",
    "186": "56",
    "188": "58",
    "199": "59",
}
"""Eleven-digit mobile numbers lost one digit in 2018; contracts and printed lists still have the old prefixes."""


class Operator(StrEnum):
    """Whose network a mobile number is in. Chains and tariffs of SMS go by it."""

    VIETTEL = "viettel"
    VINAPHONE = "vinaphone"
    MOBIFONE = "mobifone"
    VIETNAMOBILE = "vietnamobile"
    GMOBILE = "gmobile"
    ITEL = "itel"
    """Indochina Telecom, on VinaPhone's network; providers have a tariff and brandnames of its own for it."""
    WINTEL = "wintel"
    """Mobicast, once Reddi, on VinaPhone's network."""


_PREFIXES = {
    Operator.VIETTEL: "31 32 33 34 35 36 37 38 39 86 96 97 98",
    Operator.VINAPHONE: "81 82 83 84 85 88 91 94",
    Operator.MOBIFONE: "30 51 70 76 77 78 79 89 90 93",
    Operator.VIETNAMOBILE: "52 56 58 92",
    Operator.GMOBILE: "59 99",
    Operator.ITEL: "87 998 999",
    Operator.WINTEL: "55",
}
OPERATORS = {prefix: operator for operator, prefixes in _PREFIXES.items() for prefix in prefixes.split()}
"""Prefix without the leading zero → the operator that it was allotted to.

Sources, read on 2026-11-28: Quyết định 798/QĐ-BTTTT (2018-05-25) for the prefixes that came of the conversion;
libphonenumber 9.0.43 (2026), ``resources/carrier/en/84.txt``, for the rest (030, 031 and 051 among them). A test
compares.
Prefixes of resellers inside an operator's own (0777 of VNSKY, 0775 of FPT) are that operator's.
"""

_LONGEST_PREFIX = max(map(len, OPERATORS))
_NOT_PORTED: Mapping[str, Operator] = MappingProxyType({})

_AREAS = """
22-212 231-213 20-214 230-215 29-216 52-232 53-233 54-234 510-235 511-236 37-237 38-238 39-239
33-203 240-204 25-205 26-206 27-207 280-208 281-209 320-220 321-221 241-222 31-225 351-226 36-227 350-228 30-229
780-290 781-291 710-292 711-293 74-294 76-296 77-297 79-299
4-24 8-28 61-251 62-252 64-254 55-255 56-256 57-257 58-258 68-259 60-260 501-261 500-262 63-263 59-269 70-270 651-271
72-272 73-273 650-274 75-275 66-276 67-277
"""
OLD_AREA_CODES = dict(pair.split("-") for pair in _AREAS.split())
"""Area codes until 2017 with those since then, by the plan of the Ministry of Information and Communications
(Quyết định 2036/QĐ-BTTTT, 2016-11-21). What follows the code stayed: eight digits in the two big cities, else seven."""

_LONG_LOCALS = {"4", "8"}


def _mobile_pattern() -> str:
    metadata = PhoneMetadata.metadata_for_region("VN")
    assert metadata is not None  # noqa: S101 - the library knows Vietnam
    assert metadata.mobile is not None  # noqa: S101
    return str(metadata.mobile.national_number_pattern)


_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_LANDLINE = {PhoneNumberType.FIXED_LINE}
_DIGITS = re.compile(r"[0-9]{1,14}")
_USUAL = re.compile(f"(?=0[0-9]{{9}}$)0(?:{_mobile_pattern()})", re.ASCII)
"""A mobile number of today as it is dialled, digits only."""
_IN_GROUPS = re.compile(r"[0-9]{4}([ .-])[0-9]{3}\1[0-9]{3}", re.ASCII)
_ALLOWED = re.compile(r"\+?[0-9 ().\-]+")
_AREA_IN_BRACKETS = re.compile(r"\(0?([0-9]{1,3})\)[ .\-]*([0-9 .\-]+)")
_CITY = re.compile(r"(?:0|(?:\+|00)?84 ?)[48][ .\-](?:[0-9]{8}|[0-9]{4}[ .\-][0-9]{4})")
_BETWEEN_NUMBERS = re.compile(r"[/;,|&_\n]|(?<=[0-9]) ?\+|\s-\s|\bho[aặ]c\b|\bv[aà]\b|\bor\b", re.IGNORECASE)
_FLOAT = re.compile(r"[0-9]{9,11}\.0")
_ROUNDED = re.compile(r"[0-9][.,]?[0-9]*[eE]\+?[0-9]{1,2}")
_SHORTEST, _LONGEST, _TWO_SHORTEST = 9, 14, 18
"""Digits of one number, and of two."""
_LABEL = re.compile(r"(?:đtdđ|dtdd|đtdd|sđt|sdt|đt|dt|tel|phone|mobile|zalo)\s*[.:]?\s*", re.IGNORECASE)


class Change(StrEnum):
    """How a number differs from what was written."""

    OLD_MOBILE_PREFIX = "old-mobile-prefix"
    """It had eleven digits until 2018."""
    OLD_AREA_CODE = "old-area-code"
    """Its area code was replaced in 2017."""
    LOST_ZERO = "lost-zero"
    """A spreadsheet has eaten its leading zero."""


@dataclass(frozen=True, slots=True)
class PhoneReading:
    """A number as it was understood."""

    phone: str
    """E.164."""
    change: Change | None = None


class InvalidPhoneError(ValueError):
    """The text is not one subscriber's number in Vietnam; the message is the reason, in English, without the number."""

    def __init__(self, message: str, slug: str = "bad-phone", readings: tuple[str, ...] = ()) -> None:
        self.slug = slug
        self.readings = readings
        """The numbers that were found where there are several, as they are dialled."""
        super().__init__(message)


def normalise(text: str) -> str:
    """Return a Vietnamese mobile or landline number as E.164; see :func:`read_phone`."""
    return read_phone(text).phone


def read_phone(text: str) -> PhoneReading:
    """Return a Vietnamese mobile or landline number as E.164: ``0912 345 678`` → ``+84912345678``.

    Takes ``0…``, ``84…``, ``+84…``, ``0084…``, ``+84 (0)…``, the old eleven-digit mobile prefixes, the area codes until
    2017, and nine digits whose leading zero a spreadsheet has eaten; unseen marks, pictures (📞), dashes of any kind.
    Raises :class:`InvalidPhoneError` for anything else: two numbers, hotlines such as ``1900…``, letters (the library
    would silently drop a letter and make another person's number of it).
    """
    # Of a list almost all: the library takes ten times as long for the same.
    plain = re.sub("[ .-]", "", text) if _IN_GROUPS.fullmatch(text) else text
    if _USUAL.fullmatch(plain):
        return PhoneReading(f"+{COUNTRY_CODE}{plain[1:]}")
    written = plain_signs(without_pictures(text)).removeprefix("'")  # the mark of a spreadsheet's text
    if label := _LABEL.match(written):
        written = written[label.end() :]
    if not written:
        raise InvalidPhoneError("is empty")
    if not _DIGITS.fullmatch(written):  # most numbers of a list are digits only
        written = _check_signs(written)
    digits = _national_digits(written)
    landline = _from_old_area(digits)
    if _is_subscriber(digits):
        # 076 was An Giang's area code and has begun mobile numbers since 2018: brackets mean an area. So does 08 by
        # itself, Ho Chi Minh City's: nobody divides a mobile number behind two digits.
        area = _AREA_IN_BRACKETS.fullmatch(written)
        if landline and ((area and area[1] in OLD_AREA_CODES) or _CITY.fullmatch(written)):
            both = tuple(as_dialled(f"+{COUNTRY_CODE}{national}") for national in (digits, landline))
            raise InvalidPhoneError(
                "may be a mobile number or a landline with its area code of 2017", "two-readings", both
            )
        lost = re.sub("[^0-9]", "", written) == digits  # all others begin with 0, 84 or +84
        return PhoneReading(f"+{COUNTRY_CODE}{digits}", Change.LOST_ZERO if lost else None)
    if (mobile := _without_old_prefix(digits)) != digits and _is_subscriber(mobile):
        return PhoneReading(f"+{COUNTRY_CODE}{mobile}", Change.OLD_MOBILE_PREFIX)
    if landline:
        return PhoneReading(f"+{COUNTRY_CODE}{landline}", Change.OLD_AREA_CODE)
    raise InvalidPhoneError("is not a Vietnamese mobile or landline number")


def _check_signs(written: str) -> str:
    """Return the one number of a text, which may stand there twice."""
    if len(found := _several(written)) > 1:
        raise InvalidPhoneError("holds two numbers; write one", "two-readings", found)
    if repeated := _repeated(written):
        return repeated
    if _FLOAT.fullmatch(written):  # what programs make of a column of numbers with gaps
        return written.removesuffix(".0")
    if _ROUNDED.fullmatch(written):
        raise InvalidPhoneError("was rounded by a spreadsheet; write all its digits")
    if any(letter.isalpha() for letter in written):
        raise InvalidPhoneError("holds letters")
    if not _ALLOWED.fullmatch(written):
        raise InvalidPhoneError("holds characters that no phone number has")
    return written


def is_vietnamese(phone: str) -> bool:
    """Whether an E.164 number has Vietnam's country code."""
    return phone.startswith(f"+{COUNTRY_CODE}")


def is_mobile(phone: str) -> bool:
    """Whether an E.164 number can receive SMS: a Vietnamese mobile one, no landline, no hotline, none from abroad."""
    national = phone.removeprefix(f"+{COUNTRY_CODE}")
    return is_vietnamese(phone) and bool(_DIGITS.fullmatch(national)) and _type(national) in _MOBILE


def operator_of(phone: str, ported: Mapping[str, Operator] = _NOT_PORTED) -> Operator | None:
    """Return the operator of an E.164 number; None for a number from abroad, a landline and a prefix that nobody has.

    A number that was ported keeps its prefix: ``ported`` has the operators that such numbers are with now.
    """
    if not is_mobile(phone):
        return None
    if operator := ported.get(phone):
        return operator
    national = phone.removeprefix(f"+{COUNTRY_CODE}")
    found = (OPERATORS.get(national[:length]) for length in range(_LONGEST_PREFIX, 0, -1))
    return next((operator for operator in found if operator), None)


def as_dialled(phone: str) -> str:
    """Return an E.164 number as people in Vietnam dial it: ``+84912345678`` → ``0912345678``."""
    return "0" + phone.removeprefix(f"+{COUNTRY_CODE}") if phone.startswith(f"+{COUNTRY_CODE}") else phone


def _several(written: str) -> tuple[str, ...]:
    """Return the different numbers of a text that holds more than one, as they are dialled."""
    pieces = _BETWEEN_NUMBERS.split(written)
    if len(pieces) == 1:
        pieces = _two_together(written)
    found: dict[str, None] = {}
    for piece in pieces:
        try:
            found[as_dialled(read_phone(_LABEL.sub("", piece)).phone)] = None
        except InvalidPhoneError as error:
            found |= dict.fromkeys(error.readings)
    return tuple(found)


def _two_together(written: str) -> list[str]:
    """Return two numbers that stand one behind the other, with or without a blank, dash or point; none else."""
    if not _ALLOWED.fullmatch(written) or len(digits := re.sub("[^0-9]", "", written)) < _TWO_SHORTEST:
        return []
    # Neither is longer than a number can be: a row of two hundred zeros would be divided for ever.
    for cut in range(max(_SHORTEST, len(digits) - _LONGEST), min(_LONGEST, len(digits) - _SHORTEST) + 1):
        one, two = digits[:cut], digits[cut:]
        if two.startswith(("0", COUNTRY_CODE)) and _is_one(one) and _is_one(two):
            return [one, two]
    return []


def _is_one(digits: str) -> bool:
    try:
        read_phone(digits)
    except InvalidPhoneError:
        return False
    return True


def _repeated(written: str) -> str | None:
    """Return the number that a text holds twice, written alike or not; None where it holds anything else."""
    pieces = [piece for piece in _BETWEEN_NUMBERS.split(written) if piece.strip()]
    if len(pieces) < 2 and not (pieces := _two_together(written)):
        return None
    try:
        found = {as_dialled(read_phone(piece).phone) for piece in pieces}
    except InvalidPhoneError:
        return None
    return found.pop() if len(found) == 1 else None


def _is_subscriber(national: str) -> bool:
    return 7 <= len(national) <= 11 and not national.startswith("0") and _type(national) in _MOBILE | _LANDLINE


def _from_old_area(national: str) -> str | None:
    """Return the number with its area code of today; None where it does not begin with an old one."""
    for length in (3, 2, 1):
        area, local = national[:length], national[length:]
        if area not in OLD_AREA_CODES or len(local) != (8 if area in _LONG_LOCALS else 7) or local[0] in "01":
            continue
        if _type(today := OLD_AREA_CODES[area] + local) in _LANDLINE:
            return today
    return None


# A number is asked about several times in a row: is it mobile, whose is it.
@lru_cache(maxsize=1024)
def _type(national: str) -> int:
    # Made and not parsed: the digits are clean already, and parsing takes most of the time of an import.
    number = phonenumbers.PhoneNumber(country_code=int(COUNTRY_CODE), national_number=int(national))
    return int(phonenumbers.number_type(number))


def _national_digits(written: str) -> str:
    digits = re.sub(r"[^0-9]", "", written)
    if written.startswith("+"):
        if not digits.startswith(COUNTRY_CODE):
            raise InvalidPhoneError("belongs to another country")
        digits = digits.removeprefix(COUNTRY_CODE)
    elif digits.startswith("00"):
        if not digits.startswith("00" + COUNTRY_CODE):
            raise InvalidPhoneError("belongs to another country")
        digits = digits.removeprefix("00" + COUNTRY_CODE)
    elif digits.startswith(COUNTRY_CODE) and len(digits) > 9:
        # Nine digits that begin with 84 are a mobile number (084…) without its zero.
        digits = digits.removeprefix(COUNTRY_CODE)
    return digits.removeprefix("0")


def _without_old_prefix(national: str) -> str:
    if len(national) == 10 and (prefix := OLD_MOBILE_PREFIXES.get(national[:3])):
        return prefix + national[3:]
    return national
