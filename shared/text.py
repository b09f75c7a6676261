"""Vietnamese text: one spelling of each letter, and the same text without accents for searching and for SMS."""

import re
import unicodedata
from collections.abc import Iterator

_RARE_LETTERS = """
Æ=AE Ø=O Þ=TH ß=ss æ=ae ø=o þ=th Ħ=H ħ=h ı=i Ĳ=IJ ĳ=ij ĸ=q Ŀ=L ŀ=l Ł=L ł=l Ŋ=N ŋ=n Œ=OE œ=oe Ŧ=T ŧ=t ſ=s ƀ=b Ɓ=B Ƃ=B
ƃ=b Ƈ=C ƈ=c Ɖ=D Ɗ=D Ƌ=D ƌ=d Ɛ=E Ƒ=F ƒ=f Ɠ=G ƕ=hv Ɩ=I Ɨ=I Ƙ=K ƙ=k ƚ=l Ɲ=N ƞ=n Ƣ=OI ƣ=oi Ƥ=P ƥ=p ƫ=t Ƭ=T ƭ=t Ʈ=T Ʋ=V
Ƴ=Y ƴ=y Ƶ=Z ƶ=z Ǆ=DZ ǅ=Dz ǆ=dz Ǉ=LJ ǈ=Lj ǉ=lj Ǌ=NJ ǋ=Nj ǌ=nj Ǥ=G ǥ=g Ǳ=DZ ǲ=Dz ǳ=dz ȡ=d Ȥ=Z ȥ=z ȴ=l ȵ=n ȶ=t ȷ=j ȸ=db
ȹ=qp Ⱥ=A Ȼ=C ȼ=c Ƚ=L Ⱦ=T ȿ=s ɀ=z Ƀ=B Ʉ=U Ɇ=E ɇ=e Ɉ=J ɉ=j Ɍ=R ɍ=r Ɏ=Y ɏ=y ɓ=b ɕ=c ɖ=d ɗ=d ɛ=e ɟ=j ɠ=g ɡ=g ɢ=G ɦ=h ɧ=h
ɨ=i ɪ=I ɫ=l ɬ=l ɭ=l ɱ=m ɲ=n ɳ=n ɴ=N ɶ=OE ɼ=r ɽ=r ɾ=r ʀ=R ʂ=s ʈ=t ʉ=u ʋ=v ʏ=Y ʐ=z ʑ=z ʙ=B ʛ=G ʜ=H ʝ=j ʟ=L ʠ=q ʣ=dz
ʥ=dz ʦ=ts ʪ=ls ʫ=lz ẚ=a ẜ=s ẝ=s ẞ=SS Ỻ=LL ỻ=ll Ỽ=V ỽ=v Ỿ=Y ỿ=y
"""
"""As PostgreSQL's dictionary ``unaccent`` has them, which makes the search keys of names."""
_OUTSIDE_DECOMPOSITION = str.maketrans(
    {"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "₫": "d"} | dict(pair.split("=") for pair in _RARE_LETTERS.split())
)
"""Letters that Unicode does not decompose. Eth looks like đ and is typed by old keyboards in its place."""

LOST_LETTER = "\ufffd"
"""Stands for a letter that a conversion did not know."""

_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BLANKS = re.compile(r"\s+")
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Marks without width that are no format characters: joiners, fillers, variation selectors."""
_DASHES = re.compile("[\u00ad\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d]")

_SIGNS = frozenset("©®°¦№™℃")
"""Signs of texts that Unicode counts with the pictures."""
_PICTURE_PARTS = frozenset("\u20e3\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
"""The frame of a key, shades of skin."""
_FULL_WIDTH = {0xFEE0 + point: point for point in range(0x21, 0x7F)}
_LIKE_D = str.maketrans("ÐðƉɖ", "ĐđĐđ")
_WORD = re.compile(r"[^\W\d_]+")
_OTHER_ALPHABET = re.compile("[\u0370-\u03ff\u0400-\u052f\u1f00-\u1fff]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")


_VIETNAMESE = "".join(
    unicodedata.normalize("NFC", f"{letter}{tone}")
    for vowel in "aăâeêioôơuưy"
    for letter in (vowel, vowel.upper())
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
)
_BARE = str.maketrans(
    {letter: unicodedata.normalize("NFD", letter)[0] for letter in _VIETNAMESE} | {"đ": "d", "Đ": "D"}
)
_KEY_SIGNS = str.maketrans(
    {chr(code): chr(code).lower() if chr(code).isalnum() else " " for code in range(0x80)}
    | {chr(code): bare.lower() for code, bare in _BARE.items()}
)
"""What becomes of each sign of ASCII and each Vietnamese letter in a search key."""
_ORDINARY = re.compile(f"[ -~đĐ{''.join(letter for letter in _VIETNAMESE if not letter.isascii())}]*")


def is_ordinary(text: str) -> bool:
    """Whether ``text`` has nothing but composed Vietnamese letters and the printable signs of ASCII.

    Almost all texts have; there is nothing in them to be taken out or read otherwise, sign by sign.
    """
    return _ORDINARY.fullmatch(text) is not None


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
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")
    if text.isprintable() and "  " not in text and not _UNSEEN.search(text):  # no blank but single spaces
        return unicodedata.normalize("NFC", text).strip(" ")
    visible = "".join(letter for letter in _UNSEEN.sub("", text) if unicodedata.category(letter) != "Cf")
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", visible)).strip(" ")


def half_width(text: str) -> str:
    """Return ``text`` with full-width Latin letters, digits and signs as ordinary ones: ``Ｎｇ`` → ``Ng``."""
    return text if text.isascii() else text.translate(_FULL_WIDTH)


def with_vietnamese_d(text: str) -> str:
    """Return ``text`` with đ in place of letters of other languages that look the same: Icelandic ð, African ɖ."""
    return text if text.isascii() else text.translate(_LIKE_D)


def mixed_word(text: str) -> str | None:
    """Return the first word that has Latin letters and Greek or Cyrillic ones, which look alike; None without one."""
    if text.isascii() or is_ordinary(text):
        return None
    return next(
        (word[0] for word in _WORD.finditer(text) if _OTHER_ALPHABET.search(word[0]) and _LATIN.search(word[0])), None
    )


def without_pictures(text: str) -> str:
    """Return ``text`` without emoji and other signs that are pictures (☎, ★): they are no part of a name or number."""
    if text.isascii() or is_ordinary(text):
        return text
    return "".join(letter for letter in text if not _is_picture(letter))


def _is_picture(letter: str) -> bool:
    category = unicodedata.category(letter)
    return (category == "So" and letter not in _SIGNS) or letter in _PICTURE_PARTS


def plain_code(text: str) -> str:
    """Return a code as it is kept, however it was typed: ASCII signs, capitals, no blanks. ``tn 001`` → ``TN001``."""
    return plain_signs(text).replace(" ", "").upper()


def plain_signs(text: str) -> str:
    """Return a code or number tidied, with ASCII in place of full-width letters and of dashes of every kind.

    ``０９１２–345`` → ``0912-345``.
    """
    if text.isascii():
        return tidy(text)
    return tidy(_DASHES.sub("-", text).translate(_FULL_WIDTH))


def without_accents(text: str) -> str:
    """Return ``text`` without accents, however it was composed: ``Nguyễn Đình`` → ``Nguyen Dinh``, ``₫`` → ``d``."""
    if text.isascii():
        return text
    if is_ordinary(text):
        return text.translate(_BARE)
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(letter for letter in decomposed if unicodedata.category(letter) != "Mn")
    return unicodedata.normalize("NFC", bare).translate(_OUTSIDE_DECOMPOSITION)


def search_key(text: str) -> str:
    """Return the form under which ``text`` is found: lower-case words of a-z and 0-9, single blanks between them."""
    key = text.translate(_KEY_SIGNS)
    if key.isascii():  # nothing but ASCII and Vietnamese letters: almost always
        return " ".join(key.split())
    return _NOT_A_WORD.sub(" ", without_accents(text).lower()).strip(" ")


def _character_class(*ranges: tuple[int, int]) -> str:
    return "".join(chr(first) if first == last else f"{chr(first)}-{chr(last)}" for first, last in ranges)


UNREADABLE = r"\x00-\x1f\x7f-\x9f" + _character_class(
    (0xAD, 0xAD),  # soft hyphen
    (0x34F, 0x34F),  # combining grapheme joiner
    (0x61C, 0x61C),  # Arabic letter mark
    (0x115F, 0x1160),  # Hangul fillers
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),  # zero width, marks of direction
    (0x2028, 0x202E),  # ends of line and paragraph, embeddings and overrides of direction
    (0x2060, 0x206F),  # word joiner, isolates
    (0x2800, 0x2800),  # a letter of Braille without dots
    (0x3164, 0x3164),
    (0xE000, 0xF8FF),  # private use: what is seen depends on the reader's font
    (0xFDD0, 0xFDEF),  # no characters
    (0xFE00, 0xFE0D),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFF),  # annotations, the mark of a lost letter, no characters
    (0xE0000, 0x10FFFF),  # tags, more private use
)
"""What no free text holds, as the inside of a character class of any regular expression: control characters (C0, C1),
marks of direction, and whatever else is in a text and cannot be seen. A selector after a picture (U+FE0F) is left."""

_UNREADABLE = re.compile(f"[{UNREADABLE}]")


MOST_MARKS = 3
"""Combining marks that may follow each other: Vietnamese needs two, other languages three. More fill other lines."""


def has_too_many_marks(text: str) -> bool:
    """Whether more accents and other combining marks are stacked on a letter than any language stacks."""
    return not text.isascii() and next(_marks_beyond(text), None) is not None


def _marks_beyond(text: str) -> Iterator[int]:
    """Yield the places of the marks that are one too many."""
    run = 0
    for place, letter in enumerate(text):
        run = run + 1 if unicodedata.category(letter) in _MARKS else 0
        if run > MOST_MARKS:
            yield place


_MARKS = frozenset({"Mn", "Me"})


def is_readable(text: str) -> bool:
    """Whether everything in ``text`` can be read where it is shown: on a screen, on paper, in a terminal."""
    return _UNREADABLE.search(text) is None and not has_too_many_marks(text)


def escaped(text: str) -> str:
    """Return ``text`` with everything that cannot be read written out (``\\u202e``), for a terminal."""
    if not text.isascii() and (beyond := set(_marks_beyond(text))):
        text = "".join(_written_out(letter) if place in beyond else letter for place, letter in enumerate(text))
    return _UNREADABLE.sub(lambda found: _written_out(found[0]), text)


def _written_out(letter: str) -> str:
    return letter.encode("unicode_escape").decode()
