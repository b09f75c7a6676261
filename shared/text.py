"""Vietnamese text: one spelling of each letter, and the same text without accents for searching and for SMS."""

import re
import unicodedata

_OUTSIDE_DECOMPOSITION = str.maketrans({"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "₫": "d"})
"""Letters that Unicode does not decompose. Eth looks like đ and is typed by old keyboards in its place."""

_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BLANKS = re.compile(r"\s+")


def has_control_characters(text: str) -> bool:
    """Whether ``text`` holds a control character other than the blanks tab, line feed and carriage return.

    Such a byte in a name would reach the printer as a command.
    """
    return not text.isprintable() and _CONTROL.search(text) is not None


def tidy(text: str) -> str:
    """Return ``text`` composed (NFC), with single blanks between words and without invisible format characters.

    Control characters other than blanks are kept: whoever takes text in refuses them
    (see :func:`has_control_characters`) instead of guessing what was meant.
    """
    if text.isprintable() and "  " not in text:  # nothing invisible, no blank but single spaces
        return unicodedata.normalize("NFC", text).strip(" ")
    visible = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", visible)).strip(" ")


def without_accents(text: str) -> str:
    """Return ``text`` without accents, however it was composed: ``Nguyễn Đình`` → ``Nguyen Dinh``, ``₫`` → ``d``."""
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(letter for letter in decomposed if unicodedata.category(letter) != "Mn")
    return unicodedata.normalize("NFC", bare).translate(_OUTSIDE_DECOMPOSITION)


def search_key(text: str) -> str:
    """Return the form under which ``text`` is found: lower-case words of a-z and 0-9, single blanks between them."""
    return _NOT_A_WORD.sub(" ", without_accents(text).lower()).strip(" ")
