"""From a document to the bytes for an ESC/POS printer, in the few commands that cheap printers have in common.

| Bytes | Command | Used for |
|---|---|---|
| ``1B 40`` | ``ESC @`` | forget all settings, at the start |
| ``1D 76 30 00 xL xH yL yH …`` | ``GS v 0`` | a band of pixels: x bytes wide, y rows |
| ``1B 4A n`` | ``ESC J`` | n white rows |
| ``1D 28 6B …`` | ``GS ( k`` | QR code, where the printer draws it itself |
| ``1B 61 n`` | ``ESC a`` | centre such a QR code |
| ``1B 33 n``, ``0A`` | ``ESC 3``, ``LF`` | lines of text, where confirmed: their height, their end |
| ``1B 45 n``, ``1D 21 n`` | ``ESC E``, ``GS !`` | bold and double size in such lines |
| ``1D 56 n`` | ``GS V`` | cut, where there is a cutter |
| ``1D 72 01`` | ``GS r 1`` | the fence: answered once all before it was printed |

Every byte of a document's text is either drawn or printable ASCII: no text can carry a command.
"""

from collections.abc import Iterator

from shared.printing.document import Document
from shared.printing.layout import CodeLine, Gap, Line, TextLine, lay_out
from shared.printing.profile import PrinterProfile
from shared.printing.qr import QUIET_MODULES, native_module_dots
from shared.printing.raster import draw_line

MAX_BAND_ROWS = 64
MAX_BAND_BYTES = 4096
"""Larger bands overflow the buffers of cheap printers, which then print garbage."""

RESET = b"\x1b@"
FENCE = b"\x1dr\x01"
RESYNC = bytes(MAX_BAND_BYTES) + RESET
"""Fills whatever band a broken connection left open; otherwise the next bytes would be printed as its picture."""

_CUT = {"none": b"", "full": b"\x1dV\x00", "partial": b"\x1dV\x01"}
_QR_LEVEL = {"L": b"0", "M": b"1", "Q": b"2", "H": b"3"}


def to_escpos(document: Document, profile: PrinterProfile, *, resync: bool = False) -> bytes:
    """The bytes that print a document. ``resync`` is for the first job after a connection broke inside another."""
    layout = lay_out(document, profile.width_dots, ascii_only=profile.text_mode == "unaccented")
    parts = [RESYNC if resync else RESET]
    pixels: list[bytes] = []
    for line in (*layout.lines, Gap(profile.tail_rows)):
        command = _command(line, profile)
        if command is None:
            pixels.append(draw_line(line, profile.width_dots))
        else:
            parts += [*_bands(b"".join(pixels), profile), command]
            pixels = []
    parts += _bands(b"".join(pixels), profile)
    parts.append(_CUT[profile.cut])
    if profile.fence:
        parts.append(FENCE)
    return b"".join(parts)


def _command(line: Line, profile: PrinterProfile) -> bytes | None:
    """What makes the printer draw this line itself; None where it gets pixels."""
    if isinstance(line, CodeLine) and profile.native_qr:
        return _native_qr(line, profile)
    if isinstance(line, TextLine) and profile.text_mode != "none":
        return _text_line(line)
    return None


def _native_qr(line: CodeLine, profile: PrinterProfile) -> bytes:
    data = line.data.encode()
    module = native_module_dots(line.data, line.error_level, profile.width_dots)
    quiet = _white(QUIET_MODULES * module, profile)

    def function(number: int, arguments: bytes) -> bytes:
        body = bytes((49, number)) + arguments
        return b"\x1d(k" + len(body).to_bytes(2, "little") + body

    return b"".join(
        (
            quiet,
            b"\x1ba\x01",
            function(65, b"2\x00"),  # model 2
            function(67, bytes((module,))),
            function(69, _QR_LEVEL[line.error_level]),
            function(80, b"0" + data),
            function(81, b"0"),
            b"\x1ba\x00",
            quiet,
        )
    )


def _text_line(line: TextLine) -> bytes | None:
    """A line in the printer's own letters; None where it has others than ASCII."""
    if not all(run.text.isascii() for run in line.runs):
        return None
    parts = [b"\x1b3", bytes((line.height,)), b"\x1d!", b"\x11" if line.size == 2 else b"\x00"]
    column = 0
    for run in line.runs:
        parts.append(b" " * (run.column - column))
        parts += [b"\x1bE", b"\x01" if run.weight == "bold" else b"\x00", run.text.encode("ascii")]
        column = run.column + len(run.text)
    parts.append(b"\n")
    return b"".join(parts)


def _bands(data: bytes, profile: PrinterProfile) -> Iterator[bytes]:
    """Pixels as bands trimmed on the right, between white rows."""
    row_bytes = profile.width_dots // 8
    rows = [data[start : start + row_bytes].rstrip(b"\0") for start in range(0, len(data), row_bytes)]
    position = 0
    while position < len(rows):
        white = position
        while white < len(rows) and not rows[white]:
            white += 1
        if white > position:
            yield _white(white - position, profile)
        position = white
        if position < len(rows):
            end = _band_end(rows, position)
            yield _band(rows[position:end])
            position = end


def _band_end(rows: list[bytes], start: int) -> int:
    """One past the last row of the band that starts here.

    It ends at the first two white rows (one alone is cheaper inside than a command of its own), and never holds
    more than 64 rows or 4096 bytes: then it ends at its last white row, so that no seam shows, if it has one.
    """
    width, last_white, row = 0, None, start
    while row < len(rows):
        if not rows[row]:
            if row + 1 == len(rows) or not rows[row + 1]:
                return row
            last_white = row
        width = max(width, len(rows[row]))
        if row - start == MAX_BAND_ROWS or (row - start + 1) * width > MAX_BAND_BYTES:
            return row if last_white is None else last_white
        row += 1
    return row


def _band(rows: list[bytes]) -> bytes:
    width = max(map(len, rows))
    header = b"\x1dv0\x00" + width.to_bytes(2, "little") + len(rows).to_bytes(2, "little")
    return header + b"".join([row.ljust(width, b"\0") for row in rows])


def _white(rows: int, profile: PrinterProfile) -> bytes:
    if profile.feed_command:
        return b"\x1bJ\xff" * (rows // 255) + (b"\x1bJ" + bytes((rows % 255,)) if rows % 255 else b"")
    step = MAX_BAND_ROWS
    return b"".join(_band([b"\0"] * min(step, rows - done)) for done in range(0, rows, step))
