"""Wards in Vietnamese addresses: where somebody lives decides which collection point is near. Pure."""

import re

from shared.text import search_key

_WARD = re.compile(r"(?:phuong|xa|thi tran|p|x|tt)\b\s*(.+)")


def ward_of(address: str) -> str | None:
    """Return the ward, commune or town of an address, without accents and its kind; None where none is named."""
    for part in reversed(re.split(r"[,;]", address)):
        found = _WARD.fullmatch(search_key(part))
        if found:
            return found.group(1)
    return None
