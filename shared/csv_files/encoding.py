"""Which text the bytes of a file are."""

import codecs
import re

from shared.csv_files.bad_lines import BadLine, UnreadableFileError

_MARKS = (  # those of UTF-32 first: they begin like those of UTF-16
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How XLSX and XLS files begin."""
_LINE_END = re.compile(r"\r\n|\r|\n")
_REMEDY = "save it as CSV UTF-8"


def decoded(file: str, data: bytes) -> str:
    """Return the text of a file; raise :class:`UnreadableFileError` for what is no UTF-8 or UTF-16.

    An older Vietnamese encoding (TCVN3, VNI, Windows-1258) cannot be told from others by its bytes: it is refused.
    """
    if data.startswith(_WORKBOOKS):
        raise UnreadableFileError(BadLine(file, 1, "", f"is a workbook, not a CSV file: {_REMEDY}", "bad-encoding"))
    mark, encoding = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", ""))
    content = data.removeprefix(mark)
    encoding = encoding or _without_mark(content)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = 1 + len(_LINE_END.findall(content[: error.start].decode(encoding, errors="replace")))
        name = "UTF-8" if encoding == "utf-8" else encoding.upper()
        raise UnreadableFileError(BadLine(file, line, "", f"is not {name} text: {_REMEDY}", "bad-encoding")) from None


def _without_mark(content: bytes) -> str:
    """Return the encoding of a text without a mark: a header begins in ASCII, so a zero byte means UTF-16."""
    if content[1:2] == b"\0":
        return "utf-16-le"
    if content[:1] == b"\0":
        return "utf-16-be"
    return "utf-8"
