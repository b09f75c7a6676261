"""Codes as people type them from paper: what each may stand for. Pure.

Codes have capitals and 2 to 7 (base32). Forgiven are dashes, blanks and marks that cannot be seen, small letters, 0 for
O, 1 for I or L, 8 for B, 9 for G, and what a Vietnamese keyboard makes of two letters.
"""

import re
import unicodedata
from itertools import islice, product

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

_MOST_READINGS = 64

# What a code never holds, as what people read or typed it for. A Vietnamese keyboard (Telex) makes one letter of two.
_READINGS = {"0": ("O",), "1": ("I", "L"), "8": ("B",), "9": ("G",)}
_TELEX = {"Â": ("AA",), "Ă": ("AW",), "Đ": ("DD",), "Ê": ("EE",), "Ô": ("OO",), "Ơ": ("OW",), "Ư": ("W", "UW")}
_DROPPED = re.compile(r"[\W_]+")


def readings_of(text: str) -> list[str]:
    """Return what a typed code may stand for, in order; nothing where it holds what no code has."""
    plain = unicodedata.normalize("NFKC", text)
    plain = unicodedata.normalize("NFC", _DROPPED.sub("", plain).upper())
    letters = [_READINGS.get(letter) or _TELEX.get(letter) or (letter,) for letter in plain]
    read = {"".join(parts) for parts in islice(product(*letters), _MOST_READINGS)}
    return [code for code in sorted(read) if not set(code) - set(ALPHABET)]
