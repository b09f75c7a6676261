"""The chain of a series: each token holds the hash of the one before it, so that none can be removed or put elsewhere.

A chain does not stop someone who holds the key from rewriting all of it; what does is a copy outside
(``docs/receipts.md``).
"""

import hashlib

from services.receipt.signatures.token import LINK_BYTES


def link_of(raw: bytes) -> bytes:
    """Return what the next token holds of this one: the first 16 bytes of its SHA-256."""
    return hashlib.sha256(raw).digest()[:LINK_BYTES]


def gap_link(issuer: str, symbol: str, first: int, last: int, before: bytes) -> bytes:
    """Return what the token behind lost numbers holds: a hash of which are lost, and of the last one before them."""
    return hashlib.sha256(f"{issuer}:{symbol}:{first}-{last}:{before.hex()}".encode()).digest()[:LINK_BYTES]


def first_link(issuer: str, symbol: str) -> bytes:
    """Return what the first token of a series holds: a hash of whose series it is."""
    return hashlib.sha256(f"{issuer}:{symbol}".encode()).digest()[:LINK_BYTES]
