"""Vietnamese phone numbers: whatever people write becomes E.164, or is refused with the reason."""

import re
import unicodedata

import phonenumbers
from phonenumbers import PhoneNumberType

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
"""Eleven-digit mobile numbers lost one digit in 2018; contracts and paper still carry the old prefixes."""

_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_LANDLINE = {PhoneNumberType.FIXED_LINE}
_ALLOWED = re.compile(r"\+?[0-9 ().\-]+")


class InvalidPhoneError(ValueError):
    """The text is not a subscriber's number in Vietnam; the message is the reason, in English."""


def normalise(text: str) -> str:
    """Return a Vietnamese mobile or landline number as E.164: ``0912 345 678`` → ``+84912345678``.

    Takes ``0…``, ``84…``, ``+84…``, ``0084…``, ``+84 (0)…``, the old eleven-digit mobile prefixes, and nine digits
    whose leading zero a spreadsheet has eaten. Raises :class:`InvalidPhoneError` for anything else, hotlines such as
    ``1900…`` and letters included (the library would silently drop a letter and make another person's number of it).
    """
    written = " ".join(unicodedata.normalize("NFKC", text).split())
    if not written:
        raise InvalidPhoneError("is empty")
    if any(letter.isalpha() for letter in written):
        raise InvalidPhoneError("holds letters")
    if not _ALLOWED.fullmatch(written):
        raise InvalidPhoneError("holds characters that no phone number has")
    national = _without_old_prefix(_national_digits(written))
    if not 7 <= len(national) <= 11 or national.startswith("0") or _type(national) not in _MOBILE | _LANDLINE:
        raise InvalidPhoneError("is not a Vietnamese mobile or landline number")
    return f"+{COUNTRY_CODE}{national}"


def is_mobile(phone: str) -> bool:
    """Whether an E.164 number can receive SMS: a Vietnamese mobile number, not a landline."""
    try:
        return phonenumbers.number_type(phonenumbers.parse(phone)) in _MOBILE
    except phonenumbers.NumberParseException:
        return False


def as_dialled(phone: str) -> str:
    """Return an E.164 number as people in Vietnam dial it: ``+84912345678`` → ``0912345678``."""
    return "0" + phone.removeprefix(f"+{COUNTRY_CODE}") if phone.startswith(f"+{COUNTRY_CODE}") else phone


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
