"""How many parts an SMS is billed and sent as: GSM-7 where every character is in its alphabet, UCS-2 otherwise."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPE = 0x1B
_EXTENSION = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}

_GSM7 = {letter: bytes([code if code < _ESCAPE else code + 1]) for code, letter in enumerate(_BASIC)} | {
    letter: bytes([_ESCAPE, code]) for letter, code in _EXTENSION.items()
}
"""3GPP TS 23.038, one septet an octet: a character of the extension table is an escape and a septet."""

_NO_BREAKS = str.maketrans("\n\r", "  ")
_OCTETS = str.maketrans({letter: chr(octets[0]) for letter, octets in _GSM7.items() if len(octets) == 1})
"""For texts without characters of the extension table."""
_LETTERS = {code: letter for letter, code in _GSM7.items()}


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
    encoding, letters = _letters(text)
    if _is_short(letters, encoding):
        return Measure(encoding, len(letters), 1)
    costs = [_cost(letter, encoding) for letter in letters]
    units = sum(costs)
    return Measure(encoding, units, len(_part_sizes(costs, encoding)))


def encode_parts(text: str) -> tuple[Encoding, Sequence[bytes]]:
    """Return ``text``, composed (NFC) first, as the parts that it is sent in: as many as :func:`measure` counts.

    GSM-7 as one septet an octet, UCS-2 with the higher octet first; without the header that joins the parts.
    """
    encoding, letters = _letters(text)
    if _is_short(letters, encoding):
        return encoding, [letters.translate(_OCTETS).encode("latin-1")]
    encoded = [_encode(letter, encoding) for letter in letters]
    sizes = _part_sizes([_cost(letter, encoding) for letter in letters], encoding)
    ends = list(accumulate(sizes))
    return encoding, [b"".join(encoded[end - size : end]) for size, end in zip(sizes, ends, strict=True)]


def decode_gsm7(octets: bytes) -> str:
    """Return the text of GSM-7 with one septet an octet; what no character has is shown as U+FFFD."""
    text, at = [], 0
    while at < len(octets):
        length = 2 if octets[at] == _ESCAPE else 1
        text.append(_LETTERS.get(octets[at : at + length], "\ufffd"))
        at += length
    return "".join(text)


def is_gsm7(text: str) -> bool:
    """Whether every character is in the GSM-7 alphabet or its extension table."""
    return _GSM7.keys() >= set(text)


def gsm7_only(text: str) -> str:
    """Return ``text`` without the characters that GSM-7 does not have; line breaks become blanks."""
    one_line = text.translate(_NO_BREAKS)
    return one_line if is_gsm7(one_line) else "".join(letter for letter in one_line if letter in _GSM7)


def _letters(text: str) -> tuple[Encoding, str]:
    letters = unicodedata.normalize("NFC", text)
    return Encoding.GSM7 if is_gsm7(letters) else Encoding.UCS2, letters


def _is_short(letters: str, encoding: Encoding) -> bool:
    """Whether it is one part of characters that take a septet each: nearly all that is sent."""
    return encoding is Encoding.GSM7 and len(letters) <= _SINGLE[encoding] and _EXTENSION.keys().isdisjoint(letters)


def _cost(letter: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM7:
        return len(_GSM7[letter])
    return 2 if ord(letter) > 0xFFFF else 1


def _encode(letter: str, encoding: Encoding) -> bytes:
    return _GSM7[letter] if encoding is Encoding.GSM7 else letter.encode("utf-16-be", "replace")


def _part_sizes(costs: Sequence[int], encoding: Encoding) -> list[int]:
    """Return how many characters each part has; none is cut in two (an escape sequence or a surrogate pair)."""
    if sum(costs) <= _SINGLE[encoding]:
        return [len(costs)]
    sizes, used = [0], 0
    for cost in costs:
        if used + cost > _OF_SEVERAL[encoding]:
            sizes.append(0)
            used = 0
        sizes[-1] += 1
        used += cost
    return sizes
