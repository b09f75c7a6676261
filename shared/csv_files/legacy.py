"""Vietnamese text in the encodings of fonts and programs before Unicode, as it looks when it is read as Western text.

TCVN3 (fonts ``.Vn…``), VNI (fonts ``VNI-…``) and VISCII draw Vietnamese letters for the bytes of Western ones; a
spreadsheet with them is saved as ``NguyÔn V¨n §øc``, ``Nguyeãn Vaên Ñöùc`` or ``Nguy\u00adn Vån ÐÑc``. Such a text is
recognised by its words: as they stand some are no Vietnamese syllables, and in one old encoding all of them are. Where
that leaves several readings, and one of them consists of frequent words only, it is the one. Pure.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from shared.csv_files.syllables import is_frequent, is_syllable

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

_VISCII_LETTERS = (
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"
)
"""The bytes from 0x80 on (RFC 1456); six more letters took the place of control characters."""
_VISCII_CONTROLS = {"\x02": "Ẳ", "\x05": "Ẵ", "\x06": "Ẫ", "\x14": "Ỷ", "\x19": "Ỹ", "\x1e": "Ỵ"}

_ETH = str.maketrans("Ðð", "Đđ")
"""Old keyboards type eth where đ is meant; it looks the same, and is no sign of an old encoding."""

_WORD = re.compile(rf"[A-Za-z{''.join(_VISCII_CONTROLS)}\u0080-\uffff]+")
_WORDS = re.compile(f"({_WORD.pattern})")
_EDGES = "\u00a0\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u2022\u00ab\u00bb\u00b7\u00b0\u00b2\u00b3\u20ab\ufeff\u200b"


def _from_tcvn3(word: str) -> str:
    converted = word.translate(_TCVN3)
    return converted.upper() if _is_in_capitals(word) else converted


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


def _from_viscii(word: str) -> str:
    if not _VISCII_RANGE.issuperset(word):  # a letter of Unicode
        raise UnicodeError(word)
    return word.translate(_VISCII)


_ENCODINGS: Mapping[str, Callable[[str], str]] = {
    "TCVN3": _from_tcvn3,
    "VNI": _from_vni,
    "Windows-1258": _from_windows_1258,
    MISREAD_UTF_8: _from_utf_8,
    "VISCII": _from_viscii,
}


@dataclass(frozen=True, slots=True)
class LegacyReading:
    """What a text is in an old encoding."""

    text: str
    encodings: tuple[str, ...]
    """Those that give it, the most usual first."""

    @property
    def encoding(self) -> str:
        """The most usual encoding that gives it."""
        return self.encodings[0]


def legacy_readings(text: str, *, is_western: bool = False) -> list[LegacyReading]:
    """Return what ``text`` may be in old encodings; nothing when it is none of them (almost always).

    With ``is_western`` the text is known to come from bytes in some old encoding. Some letters of Windows-1258 and
    VISCII are those of Western text: what makes sense as it stands is then a reading like others.
    """
    if text.isascii() and text.isprintable():
        return []
    words_of_text = _WORD.findall(text)
    if not is_western and all(map(_is_sound, words_of_text)):
        return []
    runs = [run for run in words_of_text if _may_be_converted(run)]
    readings: dict[str, list[str]] = {}
    frequent: set[str] = set()
    for encoding, convert in _ENCODINGS.items():
        has_capitals = encoding == "TCVN3" and _is_in_capitals(text)
        try:
            converted = [convert(run).upper() if has_capitals else convert(run) for run in runs]
        except UnicodeError:
            continue
        words = [word for word in map(_bare, converted) if word and not _is_plain(word)]
        is_something = converted != runs or (is_western and _has_letters(encoding, runs))
        if not words or not is_something or not all(map(_is_word, words)):
            continue
        rest = iter(converted)
        pieces = enumerate(_WORDS.split(text))  # every second one is a run
        whole = [next(rest) if place % 2 and _may_be_converted(piece) else piece for place, piece in pieces]
        clean = unicodedata.normalize("NFC", "".join(whole))
        readings.setdefault(clean, []).append(encoding)
        if all(map(is_frequent, words)):
            frequent.add(clean)
    found = [LegacyReading(clean, tuple(encodings)) for clean, encodings in readings.items()]
    return [reading for reading in found if reading.text in frequent] if len(frequent) == 1 else found


def common_encodings(cells: Iterable[str], *, is_western: bool = False) -> set[str]:
    """Return the encodings in which every cell that is in an old one makes sense."""
    common: set[str] | None = None
    for cell in cells:
        if encodings := set().union(*(item.encodings for item in legacy_readings(cell, is_western=is_western))):
            common = encodings if common is None else common & encodings
            if not common:
                return set()
    return common or set()


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


_VISCII = str.maketrans(
    _VISCII_CONTROLS
    | {chr(0x80 + place): letter for place, letter in enumerate(_VISCII_LETTERS)}
    | {_WESTERN[0x80 + place]: letter for place, letter in enumerate(_VISCII_LETTERS)}
)


def _has_letters(encoding: str, runs: Iterable[str]) -> bool:
    """Whether runs that are the same in an encoding as they stand consist of letters that it has."""
    return encoding in {"Windows-1258", "VISCII"} or (
        encoding == "TCVN3" and all(letter.isascii() or ord(letter) in _TCVN3 for run in runs for letter in run)
    )


_VISCII_RANGE = frozenset(map(chr, [*range(0x100), *_VISCII]))


def _is_in_capitals(text: str) -> bool:
    """Whether the letters that every encoding shares are capitals: those with accents came from a font of capitals."""
    letters = [letter for letter in text if letter.isascii() and letter.isalpha()]
    return len(letters) > 1 and all(map(str.isupper, letters))


def _is_plain(word: str) -> bool:
    return word.isascii() and word.isprintable()


def _is_word(word: str) -> bool:
    """Whether a word is a syllable that is written as people do: no capital stands behind a small letter."""
    return is_syllable(word) and (word[1:].islower() or word.isupper() or len(word) == 1)


@lru_cache(maxsize=1 << 16)
def _is_sound(run: str) -> bool:
    """Whether a run makes sense as it stands; lists have the same words again and again."""
    bare = _bare(run)
    return _is_plain(run) or not bare or _is_plain(bare) or _is_word(bare.translate(_ETH))


def _may_be_converted(run: str) -> bool:
    """Whether a run holds letters of an old encoding; signs that stand alone are signs."""
    return not _is_plain(run) and bool(_bare(run))


def _bare(word: str) -> str:
    return word.strip(_EDGES)
