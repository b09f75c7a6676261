"""Photos that a phone sends: small JPEGs, without what a camera writes into them. Pure."""

from base64 import b64decode
from binascii import Error

from shared.problems import InvalidRequest

MOST_BYTES = 45_000

_BEGIN, _END = b"\xff\xd8", b"\xff\xd9"
_SCAN = 0xDA
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
    kept, place = bytearray(_BEGIN), len(_BEGIN)
    while True:
        header = jpeg[place : place + 4]
        if len(header) < 4 or header[0] != 0xFF or header[1] < 0xC0:
            raise _invalid("not a JPEG")
        if header[1] == _SCAN:
            return bytes(kept + jpeg[place:])
        length = int.from_bytes(header[2:], "big")
        if length < 2 or place + 2 + length > len(jpeg):
            raise _invalid("not a JPEG")
        if header[1] not in _LEFT_OUT:
            kept += jpeg[place : place + 2 + length]
        place += 2 + length


def _invalid(reason: str) -> InvalidRequest:
    return InvalidRequest(
        "Ảnh không dùng được. Hãy chụp lại.",
        slug="invalid-photo",
        title="The photo is not a JPEG, or too large",
        facts={"reason": reason, "most_bytes": MOST_BYTES},
    )
