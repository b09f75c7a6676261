"""The chain of a row of numbers: each invoice is bound to all before it. Pure.

The link behind an invoice is SHA-256 over the link before it and the SHA-256 of what was signed of it (``DLHDon``). So
one link, kept outside of the database with its number, stands for every invoice up to that number.
"""

import hashlib


def first_link(symbol: str) -> bytes:
    """Return the link before the first invoice of a row of numbers: a hash of its template and symbol."""
    return hashlib.sha256(symbol.encode()).digest()


def link_after(link: bytes, data: bytes) -> bytes:
    """Return the link behind an invoice."""
    return hashlib.sha256(link + hashlib.sha256(data).digest()).digest()
