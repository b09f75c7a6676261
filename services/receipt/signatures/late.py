"""The signature that is made later over a range of receipts which were issued while nothing could sign. Pure.

Each token holds the hash of the one before it, so a signature over the link behind the last of a range stands for every
receipt of it. It is a COSE_Sign1 message like a token, over the claims 1 (seller), 6 (moment), 10 (symbol), 11 (first
and last number) and 18 (link behind the last).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from services.receipt.signatures.chain import link_of
from services.receipt.signatures.keyring import Keyring
from services.receipt.signatures.token import (
    LINK_BYTES,
    Algorithm,
    SignedMap,
    TokenError,
    open_map,
    parse,
    seal_map,
)


@dataclass(frozen=True, slots=True)
class LateSignature:
    """What was signed later: receipts of one series whose numbers follow one another."""

    issuer: str
    signed_at: datetime
    symbol: str
    first: int
    last: int
    link: bytes
    """Behind the last receipt."""
    message: SignedMap

    def is_genuine(self, keyring: Keyring) -> bool:
        """Return whether one of the keys has signed it while it was in use."""
        return any(
            key.verifies(self.message) and key.was_valid_at(self.signed_at) is not False
            for key in keyring.find(self.message.key_id)
        )

    def covers(self, tokens: Sequence[bytes]) -> bool:
        """Return whether tokens that follow one another end with the one that it stands for."""
        for before, token in pairwise(tokens):
            if parse(token).claims.previous != link_of(before):
                return False
        return bool(tokens) and link_of(tokens[-1]) == self.link


def sign_range(
    issuer: str,
    symbol: str,
    numbers: tuple[int, int],
    link: bytes,
    signed_at: datetime,
    key: tuple[bytes, Algorithm],
    sign: Callable[[bytes], bytes],
) -> bytes:
    """Return the message that signs a range of receipts."""
    claims = {1: issuer, 6: int(signed_at.timestamp()), 10: symbol, 11: list(numbers), 18: link}
    return seal_map(claims, *key, sign)


def read_range(raw: bytes) -> LateSignature:
    """Read such a message. Raises TokenError for what is none."""
    message = open_map(raw)
    claims = message.claims
    try:
        first, last = claims[11]
        found = LateSignature(
            issuer=claims[1],
            signed_at=datetime.fromtimestamp(claims[6], UTC),
            symbol=claims[10],
            first=first,
            last=last,
            link=claims[18],
            message=message,
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise TokenError("not a signature over a range") from error
    types = [type(value) for value in (found.issuer, found.symbol, found.first, found.last, found.link)]
    if types != [str, str, int, int, bytes] or len(found.link) != LINK_BYTES or not 1 <= found.first <= found.last:
        raise TokenError("not a signature over a range")
    return found
