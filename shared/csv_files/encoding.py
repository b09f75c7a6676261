"""Which text the bytes of a file are."""

import codecs
import re
from collections import Counter
from dataclasses import dataclass

from shared.csv_files.bad_lines import BadLine, UnreadableFileError
from shared.csv_files.legacy import MISREAD_UTF_8, as_western_text, common_encodings, legacy_readings

_MARKS = (  # those of UTF-32 first: they begin like those of UTF-16
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CELL_END = re.compile(r'[,;\t\r\n"]+')
_LINE_END = re.compile(r"\r\n|\r|\n")
_REMEDY = "save it as CSV UTF-8"
_OTHER_KINDS = (
    (b"%PDF", "a PDF: ask its author for the list as a spreadsheet"),
    (b"{\\rtf", f"a text with formats (RTF): copy the table into a spreadsheet, and {_REMEDY}"),
    (b"\x1f\x8b", "packed (gzip): unpack it"),
    (b"7z\xbc\xaf", "packed (7z): unpack it"),
    (b"Rar!", "packed (RAR): unpack it"),
    (b"\x89PNG", "a picture: ask its author for the list as a spreadsheet"),
    (b"\xff\xd8\xff", "a picture: ask its author for the list as a spreadsheet"),
)
"""How files begin that are given by mistake, and what to do with them."""
_SAMPLE_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file."""

    text: str
    is_western: bool = False
    """Whether its bytes are shown as Western letters because they are in an old Vietnamese encoding."""


def decoded(file: str, data: bytes, *, convert_legacy: bool = False) -> Decoded:
    """Return the text of a file; raise :class:`UnreadableFileError` for what is no UTF-8 or UTF-16.

    With ``convert_legacy`` a file in an older Vietnamese encoding is returned as Western text; each of its cells is
    then recognised by itself, see :mod:`.legacy`.
    """
    mark, encoding = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", ""))
    content = data.removeprefix(mark)
    is_named = bool(encoding)
    encoding = encoding or _without_mark(content)
    if kind := _other_kind(data):
        raise UnreadableFileError(BadLine(file, 1, "", f"is {kind}", "bad-file"))
    if _is_markup(content):
        message = f"is a web page or XML, whatever it is called: open it in a spreadsheet, and {_REMEDY}"
        raise UnreadableFileError(BadLine(file, 1, "", message, "bad-file"))
    try:
        return Decoded(content.decode(encoding))
    except UnicodeDecodeError as error:
        is_western = encoding == "utf-8" and not is_named and b"\0" not in content
        if convert_legacy and is_western:
            return Decoded(as_western_text(content), is_western=True)
        line = 1 + len(_LINE_END.findall(content[: error.start].decode(encoding, errors="replace")))
        name = "UTF-8" if encoding == "utf-8" else encoding.upper()
        remedy = _REMEDY
        if is_western and (legacy := _legacy_encoding(content)):
            remedy = f"it looks like {legacy}; add --convert-legacy, or {_REMEDY}"
        raise UnreadableFileError(BadLine(file, line, "", f"is not {name} text: {remedy}", "bad-encoding")) from None


def is_of_another_kind(start: bytes) -> bool:
    """Whether a file that begins with these bytes is no text with cells, or has another encoding than UTF-8."""
    return (
        any(start.startswith(mark) for mark, name in _MARKS if name != "utf-8")
        or _other_kind(start) is not None
        or _is_markup(start)
        or _without_mark(start) != "utf-8"
    )


def _other_kind(data: bytes) -> str | None:
    return next((kind for begin, kind in _OTHER_KINDS if data.startswith(begin)), None)


def _is_markup(content: bytes) -> bool:
    return content.lstrip().startswith(b"<")


def cells_of(text: str) -> list[str]:
    """Return roughly the cells of a text, whatever separates them."""
    return _CELL_END.split(text)


def _legacy_encoding(content: bytes) -> str | None:
    """Return the old encoding in which most cells of a file make sense; None for UTF-8 with a few bad bytes."""
    cells = cells_of(as_western_text(content[:_SAMPLE_BYTES]))
    if len(common := common_encodings(cells)) == 1:
        return None if MISREAD_UTF_8 in common else common.pop()
    found = Counter(reading.encoding for cell in cells for reading in legacy_readings(cell))
    return found.most_common(1)[0][0] if found and MISREAD_UTF_8 not in found else None


def _without_mark(content: bytes) -> str:
    """Return the encoding of a text without a mark: a header begins in ASCII, so zero bytes mean UTF-16 or UTF-32."""
    if content[1:4] == b"\0\0\0":
        return "utf-32-le"
    if content[:3] == b"\0\0\0":
        return "utf-32-be"
    if content[1:2] == b"\0":
        return "utf-16-le"
    if content[:1] == b"\0":
        return "utf-16-be"
    return "utf-8"
