"""A file that somebody in the office hands in, as the body of a request has it."""

import base64

from shared.problems import InvalidRequest


def content_of(encoded: str, largest: int) -> bytes:
    """Return the bytes of a file from base64. Raises :class:`InvalidRequest` for other text, and above ``largest``."""
    try:
        content = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise InvalidRequest("Nội dung tệp không phải base64.") from None
    if len(content) > largest:
        raise InvalidRequest(f"Tệp lớn hơn {largest // 1_000_000} MB: hãy chia nhỏ hoặc nhập bằng lệnh.")
    return content
