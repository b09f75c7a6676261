"""Photos that a phone sends: small JPEGs, without what a camera writes into them. Pure."""

from base64 import b64decode
from binascii import Error

from shared.problems import InvalidRequest

MOST_BYTES = 45_000
MOST_DOTS = 4096
"""Of a side. A few bytes can stand for a picture of 65,535 by 65,535 dots, which fills the memory of whoever looks at
it; phones send at most 1,280."""

_BEGIN, _END = b"\xff\xd8", b"\xff\xd9"
_SCAN = 0xDA
_FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
"""The segments that hold height and width."""
_LEFT_OUT = {0xE1, 0xED, 0xFE}
"""EXIF and XMP with place and device, IPTC, comments."""


def read_photo(text: str) -> bytes:
    """Return the picture of a base64 text, without where and by what it was made.

    Raises :class:`InvalidRequest` (``invalid-photo``) for anything but a JPEG of at most ``MOST_BYTES``.
    """
    try:
        content = b64decode(text, validate=True)
    except (Error, ValueError):
        raise _invalid("not base64") from None
    if len(content) > MOST_BYTES:
        raise _invalid("too large")
    return _without_notes(content)


def _without_notes(jpeg: bytes) -> bytes:
    if not jpeg.startswith(_BEGIN) or not jpeg.endswith(_END):
        raise _invalid("not a JPEG")
    kept, place, has_frame = bytearray(_BEGIN), len(_BEGIN), False
    while True:
        header = jpeg[place : place + 4]
        if len(header) < 4 or header[0] != 0xFF or header[1] < 0xC0:
            raise _invalid("not a JPEG")
        if header[1] == _SCAN:
            if not has_frame:
                raise _invalid("not a JPEG")
            return bytes(kept + jpeg[place:])
        length = int.from_bytes(header[2:], "big")
        if length < 2 or place + 2 + length > len(jpeg):
            raise _invalid("not a JPEG")
        if header[1] in _FRAMES:
            _require_small(jpeg[place + 4 : place + 2 + length])
            has_frame = True
        if header[1] not in _LEFT_OUT:
            kept += jpeg[place : place + 2 + length]
        place += 2 + length


def _require_small(frame: bytes) -> None:
    """Refuse a frame (precision, height, width, …) without a size, or with too large a one."""
    height, width = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")
    if not (1 <= height <= MOST_DOTS and 1 <= width <= MOST_DOTS):
        raise _invalid("too many dots")


def _invalid(reason: str) -> InvalidRequest:
    return InvalidRequest(
        "Ảnh không dùng được. Hãy chụp lại.",
        slug="invalid-photo",
        title="The photo is not a JPEG, or too large",
        facts={"reason": reason, "most_bytes": MOST_BYTES},
    )
