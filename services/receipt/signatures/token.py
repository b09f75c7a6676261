"""The compact signed token in a receipt's QR code: COSE_Sign1 (RFC 9052) over a map with integer keys.

Layout: CBOR tag 18, ``[protected, {}, payload, signature]``. The protected header holds the algorithm (1) and a key
id of 4 bytes (4); the payload is the map of claims below. As text it is base32 (RFC 4648) in capitals without padding,
so that a QR code carries it in its alphanumeric mode behind ``https://host/r/``.

There is exactly one text for one token: what is read is encoded again and compared. Libraries accept trailing bytes,
repeated map keys, long forms of short numbers and stray bits in the last base32 letter; here all of that is refused,
lower case too, so that one changed character is always noticed.
"""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from functools import lru_cache
from typing import Any, NoReturn

import cbor2

COSE_SIGN1_TAG = 18
KEY_ID_BYTES = 4
HASH_BYTES = 32
LINK_BYTES = 16
SIGNATURE_BYTES = 64
MAX_TEXT = 2000

_HEADER_ALGORITHM = 1
_HEADER_KEY_ID = 4
_BASE32_TEXT = re.compile(r"^[A-Z2-7]+$")
_URL_PREFIX = re.compile(r"^https?://[^/\s]+/r/", re.IGNORECASE)
_REFUSED_TAGS = (*range(6), 25, 28, 29, 30, 35, 36, 37, 100, 256, 258, 260, 261, 1004, 55799)


class Algorithm(IntEnum):
    """Signature algorithms by their COSE number (RFC 9053)."""

    EDDSA = -8
    """Ed25519."""
    ES256 = -7
    """ECDSA on P-256 with SHA-256."""


class TokenKind(IntEnum):
    """What a token stands for."""

    ORIGINAL = 0
    VOID = 1


_KINDS = frozenset(map(int, TokenKind))


class TokenError(ValueError):
    """The text is not a token in its one canonical form; its content is not known."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What is signed. Amounts in đồng; of a void both are negative."""

    issuer: str
    """Tax code of the seller (claim 1)."""
    issued_at: int
    """Seconds since 1970-01-01 UTC (claim 6)."""
    symbol: str
    """Series, ``BN26-AA``; of an invoice behind its template, ``1K26TAA`` (claim 10)."""
    number: int
    """From 1, without gaps in its series (claim 11)."""
    customer_code: str
    """Claim 12."""
    total: int
    """Money that was received (claim 13)."""
    vat: int
    """The part of it that cleared VAT (claim 14)."""
    vat_rates: str
    """VAT rates of the bills in per cent, ``8`` or ``8,10``; empty when no bill was cleared (claim 15)."""
    periods: tuple[int, ...]
    """``YYYYMMC`` (C: cycle) of the bill; first, last and count of several (claim 16)."""
    collector_code: str | None
    """Claim 17, left out when nobody collected."""
    previous: bytes
    """First 16 bytes of SHA-256 of the token before it in the series (claim 18)."""
    content_hash: bytes
    """SHA-256 of the stored content of the receipt (claim 19)."""
    kind: TokenKind
    """Claim 20."""
    voids: tuple[str, int] | None = None
    """Symbol and number of the receipt that a void voids (claim 22). 21 is kept for copies and not used."""

    @property
    def issued_moment(self) -> datetime:
        """The moment of signing as a UTC datetime."""
        return datetime.fromtimestamp(self.issued_at, UTC)

    def to_map(self) -> dict[int, Any]:
        """Return the claims under their integer keys."""
        claims: dict[int, Any] = {
            1: self.issuer,
            6: self.issued_at,
            10: self.symbol,
            11: self.number,
            12: self.customer_code,
            13: self.total,
            14: self.vat,
            15: self.vat_rates,
            16: list(self.periods),
            18: self.previous,
            19: self.content_hash,
            20: int(self.kind),
        }
        if self.collector_code is not None:
            claims[17] = self.collector_code
        if self.voids is not None:
            claims[22] = list(self.voids)
        return claims

    @classmethod
    def from_map(cls, claims: dict[Any, Any]) -> "Claims":
        """Read the claims; unknown ones are ignored. Raises TokenError for a missing one or a wrong type."""
        symbol_and_number = _read(claims, 22, list) if 22 in claims else None
        if symbol_and_number is not None and list(map(type, symbol_and_number)) != [str, int]:
            raise TokenError("claim 22 is not a symbol and a number")
        periods = _read(claims, 16, list)
        if any(type(period) is not int for period in periods) or len(periods) > 3:
            raise TokenError("claim 16 is not a list of periods")
        kind = _read(claims, 20, int)
        if kind not in _KINDS:
            raise TokenError("claim 20 is not a known kind")
        read = cls(
            issuer=_read(claims, 1, str),
            issued_at=_read(claims, 6, int),
            symbol=_read(claims, 10, str),
            number=_read(claims, 11, int),
            customer_code=_read(claims, 12, str),
            total=_read(claims, 13, int),
            vat=_read(claims, 14, int),
            vat_rates=_read(claims, 15, str),
            periods=tuple(periods),
            collector_code=_read(claims, 17, str) if 17 in claims else None,
            previous=_read(claims, 18, bytes),
            content_hash=_read(claims, 19, bytes),
            kind=TokenKind(kind),
            voids=(symbol_and_number[0], symbol_and_number[1]) if symbol_and_number else None,
        )
        if len(read.previous) != LINK_BYTES or len(read.content_hash) != HASH_BYTES:
            raise TokenError("a hash has the wrong length")
        if not 0 <= read.issued_at < 2**33:  # year 2242: what datetime can surely show
            raise TokenError("claim 6 is not a moment")
        return read


NO_KEY = bytes(KEY_ID_BYTES)
"""In place of a key's id, of a receipt that was issued while nothing could sign."""

NO_SIGNATURE = bytes(SIGNATURE_BYTES)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as read: well formed and canonical; its signature is not checked yet."""

    raw: bytes
    key_id: bytes
    algorithm: Algorithm
    claims: Claims
    signed: bytes
    """The bytes that the signature is over (Sig_structure of RFC 9052)."""
    signature: bytes

    @property
    def is_unsigned(self) -> bool:
        """Whether it was issued without a signature: only the register knows such a one."""
        return (self.key_id, self.signature) == (NO_KEY, NO_SIGNATURE)


def seal_unsigned(claims: Claims) -> bytes:
    """Return the token of a receipt that is issued while nothing can sign: chained like others, and signed later."""
    return seal(claims, NO_KEY, Algorithm.EDDSA, lambda _: NO_SIGNATURE)


def seal(claims: Claims, key_id: bytes, algorithm: Algorithm, sign: Callable[[bytes], bytes]) -> bytes:
    """Return the token of ``claims``, signed by ``sign`` (which gets the bytes to sign and returns 64 bytes)."""
    return seal_map(claims.to_map(), key_id, algorithm, sign)


def seal_map(claims: dict[int, Any], key_id: bytes, algorithm: Algorithm, sign: Callable[[bytes], bytes]) -> bytes:
    """Return the COSE_Sign1 message over a map of claims."""
    if len(key_id) != KEY_ID_BYTES:
        raise ValueError(f"a key id has {KEY_ID_BYTES} bytes")
    protected = _encode({_HEADER_ALGORITHM: int(algorithm), _HEADER_KEY_ID: key_id})
    payload = _encode(claims)
    signature = sign(_signed_bytes(protected, payload))
    return _encode(cbor2.CBORTag(COSE_SIGN1_TAG, [protected, {}, payload, signature]))


def to_text(raw: bytes) -> str:
    """Return a token as base32 in capitals without padding."""
    return base64.b32encode(raw).decode().rstrip("=")


def from_text(text: str) -> bytes:
    """Return the bytes of a token's text. Raises TokenError unless it is the one text that these bytes have."""
    if len(text) > MAX_TEXT or not _BASE32_TEXT.match(text) or text.endswith("\n"):
        raise TokenError("not base32 in capitals")
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
    except ValueError as error:
        raise TokenError("not base32") from error
    if to_text(raw) != text:
        raise TokenError("base32 with stray bits")
    return raw


def strip_address(scanned: str) -> str:
    """Return what follows ``https://HOST/R/`` in scanned or pasted text; outer white space is dropped."""
    return _URL_PREFIX.sub("", scanned.strip())


def read_token(text: str) -> Token:
    """Read a token from its text, or from the address in a QR code. Raises TokenError for anything not canonical."""
    return parse(from_text(strip_address(text)))


def parse(raw: bytes) -> Token:
    """Read a token from its bytes. Raises TokenError for anything that is not canonical."""
    message = open_map(raw)
    claims = Claims.from_map(message.claims)
    return Token(raw, message.key_id, message.algorithm, claims, message.signed, message.signature)


@dataclass(frozen=True, slots=True)
class SignedMap:
    """A COSE_Sign1 message as read; its signature is not checked yet."""

    key_id: bytes
    algorithm: Algorithm
    claims: dict[Any, Any]
    signed: bytes
    signature: bytes


def open_map(raw: bytes) -> SignedMap:
    """Read a message over a map of claims. Raises TokenError for anything that is not canonical."""
    outer = _decode(raw)
    if not isinstance(outer, cbor2.CBORTag) or outer.tag != COSE_SIGN1_TAG:
        raise TokenError("not a COSE_Sign1 message")
    parts = outer.value
    if not isinstance(parts, list | tuple) or len(parts) != 4:
        raise TokenError("not a COSE_Sign1 message")
    protected, unprotected, payload, signature = parts
    if type(protected) is not bytes or type(payload) is not bytes or type(signature) is not bytes:
        raise TokenError("not a COSE_Sign1 message")
    if unprotected != {} or len(signature) != SIGNATURE_BYTES:
        raise TokenError("an unprotected header, or a signature of another length")
    algorithm, key_id = _header(protected)
    claims = _decode(payload)
    if type(claims) is not dict:
        raise TokenError("header or claims are not a map")
    return SignedMap(key_id, algorithm, claims, _signed_bytes(protected, payload), signature)


def claims_of(raw: bytes) -> Claims:
    """Return the claims of a token that :func:`parse` has read before: that it is canonical is not checked again.

    Raises TokenError for what is no token.
    """
    try:
        return Claims.from_map(_loaded(_loaded(raw).value[2]))
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, AttributeError, LookupError) as error:
        raise TokenError("not a token") from error


@lru_cache(maxsize=16)
def _header(protected: bytes) -> tuple[Algorithm, bytes]:
    """Read the header: all tokens of one key have the same."""
    header = _decode(protected)
    if type(header) is not dict:
        raise TokenError("header or claims are not a map")
    if set(header) != {_HEADER_ALGORITHM, _HEADER_KEY_ID}:
        raise TokenError("another header than algorithm and key id")
    algorithm, key_id = header[_HEADER_ALGORITHM], header[_HEADER_KEY_ID]
    if algorithm not in list(Algorithm) or type(key_id) is not bytes or len(key_id) != KEY_ID_BYTES:
        raise TokenError("an unknown algorithm, or a key id of another length")
    return Algorithm(algorithm), key_id


def _signed_bytes(protected: bytes, payload: bytes) -> bytes:
    return _encode(["Signature1", protected, b"", payload])


def _encode(value: Any) -> bytes:
    return cbor2.dumps(value, canonical=True)


def _refuse(*_arguments: object) -> NoReturn:
    raise TokenError("a CBOR tag that a token never has")


_SEMANTIC_DECODERS: Any = dict.fromkeys(_REFUSED_TAGS, _refuse)


def _decode(encoded: bytes) -> Any:
    """Decode CBOR; refuse what would not be encoded to the same bytes.

    Tags with a meaning of their own are never acted on: a few bytes of "big float" would fill the memory.
    """
    try:
        value = _loaded(encoded)
        same = _encode(value) == encoded
    except (cbor2.CBORError, ValueError, TypeError, OverflowError) as error:
        raise TokenError("not canonical CBOR") from error
    if not same:
        raise TokenError("not canonical CBOR")
    return value


def _loaded(encoded: bytes) -> Any:
    return cbor2.loads(
        encoded, semantic_decoders=_SEMANTIC_DECODERS, max_depth=4, allow_indefinite=False, allow_duplicate_keys=False
    )


def _read(claims: dict[Any, Any], key: int, kind: type) -> Any:
    value = claims.get(key)
    if type(value) is not kind:  # bool is an int to isinstance, and never a claim
        raise TokenError(f"claim {key} is missing or has another type")
    return value
