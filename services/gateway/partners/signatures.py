"""Whether a request is a partner's: HTTP message signatures (RFC 9421, Content-Digest of RFC 9530), or an HMAC. Pure.

What is signed covers method, host, path, query and body, a moment and a nonce; without all of them there is no proof.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import http_message_signatures as rfc9421
import http_sf
from http_message_signatures import algorithms

from services.gateway.domain.partners import KeyAlgorithm

TAG = "thungan-partner"
COVERED = ("@method", "@authority", "@path", "@query")
"""What every signature covers; where there is a body, ``content-digest`` too."""

KEY_HEADER = "x-partner-key"
TIMESTAMP_HEADER = "x-partner-timestamp"
NONCE_HEADER = "x-partner-nonce"
SIGNATURE_HEADER = "x-partner-signature"
"""Of partners that have no library for RFC 9421."""

_ALGORITHMS: Mapping[KeyAlgorithm, type[rfc9421.HTTPSignatureAlgorithm]] = {
    KeyAlgorithm.ED25519: algorithms.ED25519,
    KeyAlgorithm.ECDSA_P256: algorithms.ECDSA_P256_SHA256,
    KeyAlgorithm.RSA_PSS: algorithms.RSA_PSS_SHA512,
    KeyAlgorithm.HMAC: algorithms.HMAC_SHA256,
}
_SHORTEST_NONCE, _LONGEST_NONCE = 16, 128
_KEY_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{2,63}", re.ASCII)


class NotProven(Exception):
    """A request is not proven to be a partner's; the message is for the log, and names no secret."""


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """A request as its signature sees it."""

    method: str
    host: str
    target: str
    """Path and query as they were sent."""
    headers: Mapping[str, str]
    """Names in small letters."""
    body: bytes

    @property
    def url(self) -> str:
        """The address as the library wants it; only host, path and query are signed."""
        return f"https://{self.host}{self.target}"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request says about its signature, before that is verified."""

    key_id: str
    created: datetime
    nonce: str
    is_plain: bool
    """Whether it is an HMAC in headers of our own."""


def claim_of(message: SignedMessage) -> Claim:
    """Return which key a request says it is signed with, when, and its nonce. Raises :class:`NotProven`."""
    headers = message.headers
    if SIGNATURE_HEADER in headers:
        if "signature" in headers or "signature-input" in headers:
            raise NotProven("two signatures")
        return _claim(headers.get(KEY_HEADER), _whole(headers.get(TIMESTAMP_HEADER)), headers.get(NONCE_HEADER), True)
    if "signature-input" not in headers:
        raise NotProven("no signature")
    parameters = _unverified(message)
    return _claim(parameters.get("keyid"), parameters.get("created"), parameters.get("nonce"), False)


def require_signature(message: SignedMessage, claim: Claim, algorithm: KeyAlgorithm, key: bytes) -> None:
    """Raise :class:`NotProven` unless the request was signed with ``key``: a public one as PEM, or the secret.

    How old it may be, and whether its nonce was used before, is decided by whoever calls this.
    """
    if claim.is_plain:
        if algorithm is not KeyAlgorithm.HMAC:
            raise NotProven("another algorithm")
        try:
            text = plain_text(message, claim).encode()
        except UnicodeEncodeError:
            # Bytes of the target or host that are no UTF-8: nobody can have signed them.
            raise NotProven("form") from None
        expected = hmac.new(key, text, "sha256").hexdigest()
        given = message.headers[SIGNATURE_HEADER].strip().lower()
        if not hmac.compare_digest(given.encode(errors="replace"), expected.encode()):
            raise NotProven("signature")
        return
    verifier = _Verifier(signature_algorithm=_ALGORITHMS[algorithm], key_resolver=_OneKey(claim.key_id, key))
    try:
        verified = verifier.verify(message, max_age=None, expect_tag=TAG, require_components=COVERED, body=message.body)
    except rfc9421.HTTPMessageSignaturesException:
        raise NotProven("signature") from None
    if len(verified) != 1:
        raise NotProven("several signatures")


def plain_text(message: SignedMessage, claim: Claim) -> str:
    """Return what an HMAC in headers of our own is made over."""
    digest = hashlib.sha256(message.body).hexdigest()
    lines = (message.method, message.host, message.target, str(int(claim.created.timestamp())), claim.nonce, digest)
    return "\n".join(lines)


def is_young(claim: Claim, now: datetime, window: timedelta) -> bool:
    """Whether a request was signed within the replay window, before or after now."""
    return abs(now - claim.created) <= window


class _Verifier(rfc9421.HTTPMessageVerifier):
    """How old a signature may be is decided by the clock of the service, with the nonce: see :func:`is_young`."""

    def validate_created_and_expires(self, sig_input: Any, max_age: timedelta | None = None) -> None:
        """Do nothing."""


class _OneKey(rfc9421.HTTPSignatureKeyResolver):
    def __init__(self, key_id: str, key: bytes) -> None:
        self._key_id = key_id
        self._key = key

    def resolve_public_key(self, key_id: str) -> bytes | None:
        return self._key if key_id == self._key_id else None


def _unverified(message: SignedMessage) -> Mapping[str, Any]:
    """Return the parameters of the one signature with our tag; proxies may have added others."""
    try:
        members: Any = http_sf.parse(message.headers["signature-input"].encode(), tltype="dictionary")
        found = [parameters for _, parameters in members.values() if parameters.get("tag") == TAG]
    except (ValueError, TypeError, AttributeError, http_sf.StructuredFieldError):
        raise NotProven("form") from None
    if len(found) != 1:
        raise NotProven("no signature with our tag, or several")
    parameters: Mapping[str, Any] = found[0]
    return parameters


def _claim(key_id: object, created: object, nonce: object, is_plain: bool) -> Claim:
    if not isinstance(key_id, str) or not _KEY_ID.fullmatch(key_id):
        raise NotProven("key id")
    if not isinstance(nonce, str) or not _SHORTEST_NONCE <= len(nonce) <= _LONGEST_NONCE or not nonce.isascii():
        raise NotProven("nonce")
    if not isinstance(created, int):
        raise NotProven("moment")
    try:
        moment = datetime.fromtimestamp(created, UTC)
    except (OverflowError, OSError, ValueError):
        raise NotProven("moment") from None
    return Claim(key_id, moment, nonce, is_plain)


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) <= 12 else None
