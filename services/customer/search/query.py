"""What a person typed to find a customer. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate

from shared.csv_files.legacy import legacy_readings
from shared.text import plain_signs, search_key, without_pictures
from shared.transliteration import in_latin_letters

INITIALS_LENGTH = 2
"""A word of one or two letters is taken for the beginning of a word, as in ``ng.t.hanh``."""

MOST_WORDS = 12
"""Words of a query that are looked up: each costs time."""

_IDENTIFIER = re.compile(r"[0-9A-Z]{4,}")
_SPACED_CODE = re.compile(r"P[A-Z][0-9]{2}[0-9A-Z]{2,}")
_NUMBER = re.compile(r"\+?[0-9 ().\-/]+")
_DIGIT = "[0-9OIL]"
_CODE_IN_TEXT = re.compile(rf"(?=(P[A-Z]{_DIGIT}{{2}}[0-9A-Z]{{2}}{_DIGIT}{{5,7}}))")
"""Where customer codes begin in letters and digits without blanks; O, I and L may be the digits they look like."""
_LOOK_ALIKE = str.maketrans("OIL", "011")
_CODE_LENGTHS = (13, 12, 11)
_BETWEEN_DIGITS = r"[ .()\-_/,]*"
_PHONE_IN_TEXT = re.compile(
    rf"(?<![0-9])(?=((?:\+ ?84|0084|84|0)(?:{_BETWEEN_DIGITS}[0-9]){{9,10}}|[35789](?:[ .\-]?[0-9]){{8}})(?![0-9]))"
)
"""Where phone numbers begin; one of nine digits lacks its zero."""
_METER_IN_TEXT = re.compile(r"\b(?:cong to|dien ke|cto|ct|dong ho|meter)\b[^0-9]{0,12}\b([0-9]{5,12})\b")
MOST_MENTIONED = 8
"""Codes and numbers in a longer text that are looked up."""
_LETTERS = "abcdefghiklmnopqrstuvxy"
_DIGITS = "0123456789"


class QueryKind(StrEnum):
    """What a query looks like; decides which index is asked."""

    CODE = "code"
    """Letters and digits without blanks: a customer code or a meter number, whole or in part."""
    DIGITS = "digits"
    """Digits only: a phone number, a meter number, the end of a customer code."""
    WORDS = "words"
    """A name, an address, or both."""


@dataclass(frozen=True)
class Query:
    """A query as understood: ``text`` for codes and digits, ``words`` for everything."""

    kind: QueryKind
    text: str
    words: tuple[str, ...]


def classify(typed: str) -> Query:
    """Return what ``typed`` looks like. A query of signs only has no words and finds nothing.

    Marks that cannot be seen, pictures, dashes of every kind and texts in encodings before Unicode are read as imports
    read them; other scripts in Latin letters, as a name is written beside them: ``陳文明`` is Trần Văn Minh.
    """
    # Before signs are made plain: in some of these encodings a mark that cannot be seen is a letter.
    if readings := legacy_readings(typed):
        typed = readings[0].text
    typed = in_latin_letters(plain_signs(without_pictures(typed)))
    words = tuple(search_key(typed).split())[:MOST_WORDS]
    tokens = search_key(typed).upper().split()
    joined = "".join(tokens)
    if _NUMBER.fullmatch(typed.strip()) and len(joined) >= 3:
        return Query(QueryKind.DIGITS, joined, words)
    spaced = _SPACED_CODE.fullmatch(joined) and all(_has_digit(token) for token in tokens[1:])
    single = len(tokens) == 1 and _IDENTIFIER.fullmatch(joined) and _has_digit(joined)
    if spaced or single:
        return Query(QueryKind.CODE, joined, words)
    return Query(QueryKind.WORDS, joined, words)


def mentioned(typed: str) -> list[str]:
    """Return codes, phone and meter numbers that stand anywhere in a longer text, such as a message, codes first.

    The number of a bill begins with the customer's code, and banks run the content of a transfer together with their
    own letters: a code counts wherever it stands.
    """
    written = plain_signs(without_pictures(typed))
    key = search_key(written)
    phones = [re.sub(r"[^0-9]", "", found) for found in _PHONE_IN_TEXT.findall(written)]
    phones = [f"0{digits}" if len(digits) == 9 else digits for digits in phones]
    return list(dict.fromkeys([*_codes(key.upper().split()), *phones, *_METER_IN_TEXT.findall(key)]))[:MOST_MENTIONED]


def _codes(tokens: Sequence[str]) -> Iterator[str]:
    """Yield what may be a customer's code: in one token with anything around it, or in several whole ones.

    ``PB1401 0012345`` is one; of ``PB1401001234 (12 digits)`` the 1 of 12 is no part of it.
    """
    letters = "".join(tokens)
    ends = set(accumulate(map(len, tokens)))
    for found in _CODE_IN_TEXT.finditer(letters):
        begin = found.start()
        token_end = min(end for end in ends if end > begin)
        for length in _CODE_LENGTHS:
            end = begin + length
            whole = length == _CODE_LENGTHS[0] and (end <= token_end or letters[end : end + 1].isalpha())
            if length <= len(found[1]) and (end in ends or whole):
                code = found[1][:length]
                yield code[:2] + code[2:4].translate(_LOOK_ALIKE) + code[4:6] + code[6:].translate(_LOOK_ALIKE)


def code_slips(code: str) -> list[str]:
    """Return every text that differs from an upper-case code by one slip of the finger."""
    return sorted(_single_slips(code, _DIGITS + _LETTERS.upper()))


def digit_slips(digits: str) -> list[str]:
    """Return every number that differs from ``digits`` by one slip of the finger."""
    return sorted(_single_slips(digits, _DIGITS))


def word_slips(word: str) -> list[str]:
    """Return every word that differs from ``word`` by one slip; none for a single letter or a number."""
    return sorted(_single_slips(word, _LETTERS)) if len(word) > 1 and word.isalpha() else []


def _has_digit(token: str) -> bool:
    return any(letter.isdigit() for letter in token)


def _single_slips(text: str, alphabet: str) -> set[str]:
    cuts = [(text[:place], text[place:]) for place in range(len(text) + 1)]
    slips = {left + right[1:] for left, right in cuts if right}
    slips |= {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    slips |= {left + letter + right[1:] for left, right in cuts if right for letter in alphabet}
    slips |= {left + letter + right for left, right in cuts for letter in alphabet}
    return slips - {text}
