"""How many parts an SMS is billed and sent as: GSM-7 where every character is in its alphabet, UCS-2 otherwise."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = "^{}\\[~]|€\f"

_GSM7_COST = dict.fromkeys(_BASIC, 1) | dict.fromkeys(_EXTENSION, 2)
"""3GPP TS 23.038: a character of the extension table is an escape and a septet."""


class Encoding(StrEnum):
    """The alphabet that an SMS travels in."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"


@dataclass(frozen=True)
class Measure:
    """The size of a text as SMS."""

    encoding: Encoding
    units: int
    """Septets of GSM-7 or 16-bit units of UCS-2."""
    segments: int


_SINGLE = {Encoding.GSM7: 160, Encoding.UCS2: 70}
_OF_SEVERAL = {Encoding.GSM7: 153, Encoding.UCS2: 67}


def measure(text: str) -> Measure:
    """Return the size of ``text``, composed (NFC) first, as a sender has to before it counts."""
    letters = unicodedata.normalize("NFC", text)
    encoding = Encoding.GSM7 if is_gsm7(letters) else Encoding.UCS2
    costs = [_cost(letter, encoding) for letter in letters]
    units = sum(costs)
    if units <= _SINGLE[encoding]:
        return Measure(encoding, units, 1)
    return Measure(encoding, units, _parts(costs, _OF_SEVERAL[encoding]))


def is_gsm7(text: str) -> bool:
    """Whether every character is in the GSM-7 alphabet or its extension table."""
    return all(letter in _GSM7_COST for letter in text)


def gsm7_only(text: str) -> str:
    """Return ``text`` without the characters that GSM-7 does not have; line breaks become blanks."""
    return "".join(letter for letter in text.replace("\n", " ").replace("\r", " ") if is_gsm7(letter))


def _cost(letter: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM7:
        return _GSM7_COST[letter]
    return 2 if ord(letter) > 0xFFFF else 1


def _parts(costs: Iterable[int], room: int) -> int:
    """Count parts when no character may be cut in two (an escape sequence or a surrogate pair)."""
    parts, used = 1, 0
    for cost in costs:
        if used + cost > room:
            parts, used = parts + 1, 0
        used += cost
    return parts
