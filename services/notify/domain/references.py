"""The ids of providers, so that an answer and its delivery report can be compared. Pure."""

import re

_DECIMAL = re.compile(r"[0-9]{1,30}")
_HEX = re.compile(r"[0-9a-f]{1,30}")


def comparable(reference: str | None) -> str:
    """Return an id without what providers change between answer and report: case, leading zeros, blanks."""
    written = (reference or "").strip().lower()
    return written.lstrip("0") or written[:1]


def converted(reference: str | None) -> list[str]:
    """Return the same number written in the other base: some answer in hexadecimal and report in decimal, or so."""
    written = comparable(reference)
    found = []
    if _DECIMAL.fullmatch(written):
        found.append(f"{int(written):x}")
    if _HEX.fullmatch(written):
        found.append(str(int(written, 16)))
    return [one for one in dict.fromkeys(found) if one != written]
