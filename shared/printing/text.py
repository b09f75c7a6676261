"""Text as it can be drawn: every character that is left has a glyph, and nothing is a command to a printer.

The ranges are written out rather than asked of a Unicode database, so that every implementation agrees.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from shared.printing.atlas import load_atlas
from shared.transliteration import with_blanks_around_han

NO_BREAK_SPACE = "\u00a0"
TAB_WIDTH = 4

_NEW_LINES = re.compile("\r\n|[\n\r\v\f\u0085\u2028\u2029]")

# C0 but for tab and line feed, delete, C1; then what has no width: soft hyphen, combining grapheme joiner, joiners and
# direction marks, variation selectors, the byte order mark, interlinear annotation, tags.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_FIRST_MARK = re.compile(f"([^ \n\u00a0{_MARKS}])[{_MARKS}]")
_MARKS_OF_LETTER = re.compile(f"([^ \n\u00a0{_MARKS}])[{_MARKS}]+")
_MARKS_ALONE = re.compile(f"[{_MARKS}]+")
_TRIES = 3
"""Marks that are taken off one by one, so that a tone behind a mark without a glyph is kept: ``ơ̆̀`` → ``ờ``."""

# What NFD does not take apart, for printers that were set to text without marks.
_PLAIN = {
    "đ": "d",
    "Đ": "D",
    "₫": "d",
    "€": "EUR",
    "–": "-",
    "—": "-",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "„": '"',
    "«": '"',
    "»": '"',
    "•": "*",
    "·": ".",
    "…": "...",
    "×": "x",
    "÷": ":",
    "±": "+-",
    "°": "o",
    "²": "2",
    "³": "3",
    "¹": "1",
    "¼": "1/4",
    "½": "1/2",
    "¾": "3/4",
    "→": "->",
    "≤": "<=",
    "≥": ">=",
    "≈": "~",
    "‰": "o/oo",
    "ß": "ss",
    "Æ": "AE",
    "æ": "ae",
    "Ø": "O",
    "ø": "o",
    "Ð": "D",
    "ð": "d",
}
_PLAIN_FALLBACK = "?"


def normalise(text: str) -> str:
    """``text`` in characters that have a glyph, and line feeds.

    NFC; every kind of line break becomes a line feed, a tab four spaces; control characters and what has no width
    go; other spaces become a space, but no-break ones stay U+00A0. A letter without a glyph becomes its plain letter,
    and one with a mark that it has no glyph with loses the mark; a Chinese character becomes its Vietnamese reading, a
    word of its own. What has none (an emoji, a mark alone) becomes ``□``: something is always seen where something was
    written.
    """
    text = unicodedata.normalize("NFC", text)
    text = _NEW_LINES.sub("\n", text).replace("\t", " " * TAB_WIDTH)
    drawable = _drawable()
    if drawable.issuperset(text):
        return text
    fallback = load_atlas().fallback
    text = _INVISIBLE.sub("", text)
    # Taking out what has no width can bring a letter and its mark together.
    text = unicodedata.normalize("NFC", text)
    for _ in range(_TRIES):
        text = unicodedata.normalize("NFC", _FIRST_MARK.sub(r"\1", text))
    text = with_blanks_around_han(text)
    text = _MARKS_ALONE.sub(fallback, _MARKS_OF_LETTER.sub(r"\1", text))
    return "".join(_drawn(text, drawable, fallback))


def without_glyph(text: str) -> tuple[dict[str, str], str]:
    """Return the letters that are drawn as plain ones, each with what is drawn, and the characters shown as ``□``."""
    substituted: dict[str, str] = {}
    boxes: dict[str, None] = {}
    for letter in _letters_with_marks(unicodedata.normalize("NFC", text)):
        drawn = normalise(letter)
        if load_atlas().fallback in drawn:
            boxes[letter] = None
        elif drawn != letter and unicodedata.category(letter[0])[0] in "LM":
            substituted[letter] = drawn
    return substituted, "".join(boxes)


def to_ascii(text: str) -> str:
    """``text`` normalised, then without marks and signs, for a printer's own letters: ``Nguyễn`` → ``Nguyen``.

    No-break spaces and line feeds stay as they are.
    """
    return "".join(_plain(character) for character in normalise(text))


@cache
def _drawable() -> frozenset[str]:
    return frozenset((*load_atlas().regular, "\n", NO_BREAK_SPACE))


def _letters_with_marks(text: str) -> list[str]:
    if _drawable().issuperset(text):
        return []
    return re.findall(f"[^{_MARKS}][{_MARKS}]*|[{_MARKS}]+", _INVISIBLE.sub("", text))


def _drawn(text: str, drawable: frozenset[str], fallback: str) -> Iterator[str]:
    substitutes = load_atlas().substitutes
    for character in text:
        yield character if character in drawable else substitutes.get(character, fallback)


def _plain(character: str) -> str:
    if character.isascii() or character == NO_BREAK_SPACE:
        return character
    if character in _PLAIN:
        return _PLAIN[character]
    base = unicodedata.normalize("NFD", character)[0]
    return base if base.isascii() else _PLAIN_FALLBACK
