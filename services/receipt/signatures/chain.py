"""The chain of a series: each token holds the hash of the one before it, so that none can be removed or put elsewhere.

A chain does not stop someone who holds the key from rewriting all of it; what does is a copy outside
(``docs/receipts.md``).
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from services.receipt.signatures.token import LINK_BYTES, Token


@dataclass(frozen=True, slots=True)
class ChainBreak:
    """The first place where a series is not what it should be."""

    number: int
    """The number that was expected there."""
    cause: str


def link_of(raw: bytes) -> bytes:
    """Return what the next token holds of this one: the first 16 bytes of its SHA-256."""
    return hashlib.sha256(raw).digest()[:LINK_BYTES]


def first_link(issuer: str, symbol: str) -> bytes:
    """Return what the first token of a series holds: a hash of whose series it is."""
    return hashlib.sha256(f"{issuer}:{symbol}".encode()).digest()[:LINK_BYTES]


def first_break(issuer: str, symbol: str, tokens: Iterable[Token]) -> ChainBreak | None:
    """Walk a series in order and return the first break; None when it is whole from number 1 on."""
    previous, issued_at = first_link(issuer, symbol), 0
    for number, token in enumerate(tokens, 1):
        claims = token.claims
        if claims.number != number:
            return ChainBreak(number, f"number {claims.number} stands where {number} was expected")
        if (claims.issuer, claims.symbol) != (issuer, symbol):
            return ChainBreak(number, f"the token belongs to {claims.issuer} {claims.symbol}")
        if claims.previous != previous:
            return ChainBreak(number, "the token does not follow the one before it")
        if claims.issued_at < issued_at:
            return ChainBreak(number, "the token is older than the one before it")
        previous, issued_at = link_of(token.raw), claims.issued_at
    return None
