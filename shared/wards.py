"""Wards in Vietnamese addresses: where somebody lives decides which collection point is near. Pure."""

import re

from shared.text import search_key

_WARD = re.compile(r"(?:phuong|xa|thi tran|p|x|tt)\b\s*(.+)")
_PARTS = re.compile(r"[,;]")


def ward_of(address: str) -> str | None:
    """Return the ward, commune or town of an address, without accents and its kind; None where none is named."""
    for part in reversed(_PARTS.split(address)):
        found = _WARD.fullmatch(search_key(part))
        if found:
            return found.group(1)
    return None


def names_ward(address: str, ward: str) -> bool:
    """Return whether an address is in a ward, as :func:`ward_of` returns it.

    Lists often leave out what kind of place it is: ``12 Lê Lợi, An Xuyên, Cà Mau``. Then any part counts that is named
    like the ward, but for the first, which is the street.
    """
    own = ward_of(address)
    if own is not None:
        return own == ward
    return any(search_key(part) == ward for part in _PARTS.split(address)[1:])
