"""Wards in Vietnamese addresses: where somebody lives decides which collection point is near. Pure.

Since 2025-07-01 a province consists of wards (phường), communes (xã) and special zones (đặc khu): no district, no town.
"""

import re

from shared.text import search_key

_WARD = re.compile(r"(phuong|xa|thi tran|dac khu|p|x|tt|dk)\b\s*(.+)")
_ABBREVIATIONS = {"p": "phuong", "x": "xa", "tt": "thi tran", "dk": "dac khu"}
_PARTS = re.compile(r"[,;]")
_WRITTEN_WARD = re.compile(
    r"(?:(?P<ward>ph[uư][oơ]ng|phường|p)|(?P<commune>x[aã])|(?P<zone>[dđ][aă]c khu|đặc khu|[dđ]k)|(?P<short>x))"
    r"(?:\. ?| |(?=[0-9]))(?P<name>[^\s.,;].*)",
    re.IGNORECASE,
)


def place_of(address: str) -> tuple[str, str] | None:
    """Return what kind of ward an address names and its name, both without accents; None where it names none."""
    for part in reversed(_PARTS.split(address)):
        if found := _WARD.fullmatch(search_key(part)):
            kind, name = found.groups()
            return _ABBREVIATIONS.get(kind, kind), name.lstrip("0") or name
    return None


def ward_of(address: str) -> str | None:
    """Return the ward, commune or town of an address, without accents and its kind; None where none is named."""
    place = place_of(address)
    return None if place is None else place[1]


def names_ward(address: str, ward: str) -> bool:
    """Return whether an address is in a ward, as :func:`ward_of` returns it.

    Lists often leave out what kind of place it is: ``12 Lê Lợi, An Xuyên, Cà Mau``. Then any part counts that is named
    like the ward, but for the first, which is the street.
    """
    own = ward_of(address)
    if own is not None:
        return own == ward
    return any(search_key(part) == ward for part in _PARTS.split(address)[1:])


def full_ward(written: str) -> str | None:
    """Return a ward with its kind written out (``P. An Xuyên`` → ``Phường An Xuyên``); None for anything else."""
    found = _WRITTEN_WARD.fullmatch(written)
    if found is None or _PARTS.search(written):
        return None
    kind = "Phường" if found["ward"] else "Đặc khu" if found["zone"] else "Xã"
    return f"{kind} {found['name']}"


def written_ward(address: str) -> str | None:
    """Return the part of an address that names its ward, as it is written; None where none does."""
    return next((part.strip() for part in reversed(_PARTS.split(address)) if _WARD.fullmatch(search_key(part))), None)
