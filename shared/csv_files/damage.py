"""What programs leave in a text in place of what was meant: errors, lost letters, escapes. Pure."""

import codecs
import html
import quopri
import re
import unicodedata
from collections.abc import Callable
from urllib.parse import unquote

_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!)|Err:[0-9]{3}", re.IGNORECASE)
_NOTHING = re.compile(r"null|none|nan|<na>|nil|n/a|undefined|\[object object\]", re.IGNORECASE)
_LONGEST_NOTHING = 15
_SIGNS = re.compile(r"[#?&%=\\:+]")
"""Without one of these a text has no damage but a word for nothing; most texts have none."""
_LOST = re.compile(r"[^\W\d_]\?[^\W\d_]|(?:^| )\?[^\W\d_]")
"""A question mark inside a word, or before it, stands for a letter that an encoding lacked."""


def _from_python(text: str) -> str:
    return codecs.decode(re.sub(r"[^\x00-\x7f]", "", text), "unicode_escape")


def _from_utf7(text: str) -> str:
    meant = text.encode("ascii", "ignore").decode("utf-7")
    foreign = [letter for letter in meant if not letter.isascii()]
    return meant if foreign and all("LATIN" in unicodedata.name(letter, "") for letter in foreign) else text


_ESCAPES: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    (re.compile(r"&(?:#[0-9]{2,7}|#x[0-9a-fA-F]{2,6}|[A-Za-z]{2,8});"), html.unescape),
    (re.compile(r"%[CcEe][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f])+"), unquote),
    (re.compile(r"=[CE][0-9A-F](?:=[89AB][0-9A-F])+"), lambda text: quopri.decodestring(text.encode()).decode()),
    (re.compile(r"\\u[0-9a-fA-F]{4}"), _from_python),
    (re.compile(r"\+[A-Za-z0-9/]{3,}"), _from_utf7),
)


def damage_in(text: str) -> str | None:
    """Return what is wrong with a tidied text that a program has damaged; None when nothing is."""
    if len(text) <= _LONGEST_NOTHING and _NOTHING.fullmatch(text):
        return f"is a program's word for nothing: {text!r}"
    if not _SIGNS.search(text):
        return None
    if found := _ERROR.search(text):
        return f"holds an error of a spreadsheet: {found[0]!r}"
    if _LOST.search(text):
        return f"has lost letters, which became question marks: {text!r}"
    for pattern, plain in _ESCAPES:
        if pattern.search(text) and (meant := _read(plain, text)) != text:
            return f"is written with the escapes of a program: {text!r}" + (f" is {meant!r}" if meant else "")
    return None


def _read(plain: Callable[[str], str], text: str) -> str:
    try:
        return plain(text)
    except ValueError:
        return ""
