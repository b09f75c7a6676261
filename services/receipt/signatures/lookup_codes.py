"""The short code (mã tra cứu) for people who cannot scan: 80 bits of the token's SHA-256 and a check character. Pure.

Codes that were printed before there was a check character have 16 characters and are found as they are.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from services.receipt.signatures.token import strip_address, to_text
from shared.typed_codes import ALPHABET, readings_of

PLAIN_LENGTH = 16
"""Characters of the hash; a code has one more."""

LONGEST_TYPED = 60
"""Whatever is longer is no typed code: a token, or prose."""

_REDUCTION = 0b100101
"""x⁵ + x² + 1: the 32 characters are the elements of GF(2⁵)."""

_LABEL = re.compile(r"^\s*(?:mã\s+tra\s+cứu|ma\s+tra\s+cuu|code)\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TypedCode:
    """A code as a person typed it."""

    candidates: tuple[str, ...]
    """The codes as stored that it may stand for, with their check character and without."""
    mistyped: bool
    """True when it can be no code, whatever the register holds."""


def plain_lookup_code(raw: bytes) -> str:
    """Return the code of a token without its check character."""
    return to_text(hashlib.sha256(raw).digest()[:10])


def lookup_code(raw: bytes) -> str:
    """Return the code of a token with its check character."""
    plain = plain_lookup_code(raw)
    return plain + check_character(plain)


def check_character(plain: str) -> str:
    """Return the character that makes the sum zero.

    Each place has another weight, so every wrong character and every two that changed places are noticed.
    """
    total = 0
    for character in plain:
        total = _doubled(total ^ ALPHABET.index(character))
    return ALPHABET[total]


def read_typed_code(typed: str) -> TypedCode | None:
    """Read a code as people type it; None for what is no typed code, but perhaps a token.

    Forgiven: an address in front, dashes, blanks and marks that cannot be seen, small letters, 0 for O, 1 for I or L,
    8 for B, and what a Vietnamese keyboard makes of two letters.
    """
    text = unicodedata.normalize("NFKC", strip_address(typed)).strip()
    if not text or len(text) > LONGEST_TYPED:
        return None
    candidates: list[str] = []
    for code in readings_of(_LABEL.sub("", text)):
        if len(code) == PLAIN_LENGTH:
            candidates += [code, code + check_character(code)]
        elif len(code) == PLAIN_LENGTH + 1 and check_character(code[:-1]) == code[-1]:
            candidates += [code, code[:-1]]
    return TypedCode(tuple(candidates), mistyped=not candidates)


def _doubled(value: int) -> int:
    value <<= 1
    return value ^ _REDUCTION if value & 0b100000 else value
