"""Vietnamese text in the encodings of fonts and programs before Unicode, as it looks when it is read as Western text.

TCVN3 (fonts ``.Vn…``) and VNI (fonts ``VNI-…``) draw Vietnamese letters for the bytes of Western ones; a spreadsheet
with them is saved as ``NguyÔn V¨n §øc`` or ``Nguyeãn Vaên Ñöùc``. Such a text is recognised by its words: as they stand
some are no Vietnamese syllables, and in one old encoding all of them are. Pure.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.csv_files.syllables import is_syllable

MISREAD_UTF_8 = "UTF-8 that was read as Western text"

_TCVN3 = str.maketrans(
    dict(
        zip(
            "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u00adõøö÷ùúýûüþ¡¢§£¤¥¦",
            "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ",
            strict=True,
        )
    )
)

_VNI_LETTERS = dict(zip("íìæóòîôöñÍÌÆÓÒÎÔÖÑ", "íìỉĩịỵơưđÍÌỈĨỊỴƠƯĐ", strict=True))
_VNI_MARKS = {
    "ù": "\u0301",
    "ø": "\u0300",
    "û": "\u0309",
    "õ": "\u0303",
    "ï": "\u0323",
    "â": "\u0302",
    "á": "\u0302\u0301",
    "à": "\u0302\u0300",
    "å": "\u0302\u0309",
    "ã": "\u0302\u0303",
    "ä": "\u0302\u0323",
    "ê": "\u0306",
    "é": "\u0306\u0301",
    "è": "\u0306\u0300",
    "ú": "\u0306\u0309",
    "ü": "\u0306\u0303",
    "ë": "\u0306\u0323",
}
_VNI_MARKED = re.compile(f"([aeouyôö])([{''.join(_VNI_MARKS)}])|[{''.join(_VNI_LETTERS)}]", re.IGNORECASE)

_WORD = re.compile(r"[A-Za-z\u0080-\uffff]+")
_EDGES = "\u00a0\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u2022\u00ab\u00bb\u00b7\u00b0\u00b2\u00b3\u20ab\ufeff\u200b"


def _from_tcvn3(word: str) -> str:
    return word.translate(_TCVN3)


def _from_vni(word: str) -> str:
    def letter(match: re.Match[str]) -> str:
        if not match[1]:
            return _VNI_LETTERS[match[0]]
        return _VNI_LETTERS.get(match[1], match[1]) + _VNI_MARKS[match[2].lower()]

    return unicodedata.normalize("NFC", _VNI_MARKED.sub(letter, word))


def _from_windows_1258(word: str) -> str:
    return unicodedata.normalize("NFC", _western_bytes(word).decode("cp1258"))


def _from_utf_8(word: str) -> str:
    return unicodedata.normalize("NFC", _western_bytes(word).decode("utf-8"))


_ENCODINGS: Mapping[str, Callable[[str], str]] = {
    "TCVN3": _from_tcvn3,
    "VNI": _from_vni,
    "Windows-1258": _from_windows_1258,
    MISREAD_UTF_8: _from_utf_8,
}


@dataclass(frozen=True, slots=True)
class LegacyReading:
    """What a text is in an old encoding."""

    encoding: str
    text: str


def legacy_readings(text: str) -> list[LegacyReading]:
    """Return what ``text`` may be in old encodings; nothing when it is none of them (almost always)."""
    if text.isascii():
        return []
    words = [word for word in map(_bare, _WORD.findall(text)) if word and not word.isascii()]
    if all(map(is_syllable, words)):
        return []
    readings: dict[str, LegacyReading] = {}
    for encoding, convert in _ENCODINGS.items():
        try:
            converted = [convert(word) for word in words]
            whole = _WORD.sub(lambda match, convert=convert: _converted(match[0], convert), text)  # type: ignore[misc]
        except UnicodeError:
            continue
        if converted != words and all(is_syllable(_bare(word)) for word in converted):
            clean = unicodedata.normalize("NFC", whole)
            if encoding == "TCVN3" and _is_in_capitals(text):
                clean = clean.upper()
            readings.setdefault(clean, LegacyReading(encoding, clean))
    return list(readings.values())


def as_western_text(data: bytes) -> str:
    """Return the bytes of a single-byte file as Windows-1252 has them; what that leaves open as control characters."""
    return "".join(_WESTERN[byte] for byte in data)


_WESTERN = [
    bytes([byte]).decode("cp1252", errors="ignore") or chr(byte)  # five bytes have no letter
    for byte in range(256)
]
_BYTES = {letter: byte for byte, letter in enumerate(_WESTERN)}


def _western_bytes(text: str) -> bytes:
    try:
        return bytes(_BYTES[letter] for letter in text)
    except KeyError:
        raise UnicodeError(text) from None


def _is_in_capitals(text: str) -> bool:
    """Whether the letters that every encoding shares are capitals: those with accents came from a font of capitals."""
    letters = [letter for letter in text if letter.isascii() and letter.isalpha()]
    return len(letters) > 1 and all(map(str.isupper, letters))


def _converted(run: str, convert: Callable[[str], str]) -> str:
    return run if run.isascii() else convert(run)


def _bare(word: str) -> str:
    return word.strip(_EDGES)
