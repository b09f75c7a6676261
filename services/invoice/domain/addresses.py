"""Addresses as invoices have them: without the level of districts, which ended on 2025-07-01. Pure.

Source: NĐ 254/2026/NĐ-CP art. 10: house number, street, phường/xã/đặc khu, tỉnh/thành phố.
"""

import re

# ``Huyện lộ 12`` (a road) and ``Quận công Nguyễn …`` (a street's name) are no districts.
_DISTRICT = re.compile(r"(?:(?:huyện|quận|thị\s+xã)\s+(?!lộ\b|công\b)\S|(?:h|q|tx)\s*\.\s*\S|q\s*\d+$)", re.IGNORECASE)
_CITY = re.compile(r"(?:thành\s+phố\s+|tp\s*\.?\s*)\S", re.IGNORECASE)


def without_district(address: str) -> str:
    """Return an address without parts that name a district: ``huyện``, ``quận``, ``thị xã``, a city in a province.

    A city is one of a province where something stands behind it, and a province by itself where nothing does.
    """
    parts = [" ".join(part.split()) for part in address.split(",")]
    parts = [part for part in parts if part]
    kept = [
        part
        for place, part in enumerate(parts)
        if not _DISTRICT.match(part) and not (0 < place < len(parts) - 1 and _CITY.match(part))
    ]
    return ", ".join(kept)
