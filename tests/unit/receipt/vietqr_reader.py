"""Reads payment codes as a banking app does."""

import re

from services.receipt.documents.vietqr import VietQrError, crc16

_CRC_TAG_AND_LENGTH = "6304"


def parse_code(code: str) -> dict[str, str]:
    """Return the fields of a payment code by tag (``62.08`` for what is nested).

    Raises VietQrError when it is damaged.
    """
    if len(code) < 8 or code[-8:-4] != _CRC_TAG_AND_LENGTH:
        raise VietQrError("no checksum at the end")
    if code[-4:] != f"{crc16(code[:-4]):04X}":
        raise VietQrError("the checksum is wrong")
    fields = _read_fields(code)
    for tag in ("38", "62"):
        fields.update({f"{tag}.{inner}": value for inner, value in _read_fields(fields.get(tag, "")).items()})
    fields.update({f"38.01.{inner}": value for inner, value in _read_fields(fields.get("38.01", "")).items()})
    return fields


def _read_fields(text: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    position = 0
    while position < len(text):
        header = text[position : position + 4]
        if not re.fullmatch(r"[0-9]{4}", header):
            raise VietQrError("a field does not begin with tag and length")
        end = position + 4 + int(header[2:])
        if end > len(text):
            raise VietQrError(f"field {header[:2]} is longer than what is left")
        fields[header[:2]] = text[position + 4 : end]
        position = end
    return fields
