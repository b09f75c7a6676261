"""The list of public keys that an offline root key has signed: whoever trusts the root needs to trust no server. Pure.

It is a COSE_Sign1 message (RFC 9052) whose payload is a COSE_KeySet (section 7), so that other people's libraries read
it. The protected header holds the algorithm (1), what the payload is (3), the root's id (4) and when it was signed (CWT
claim 6 under 15, RFC 9597). Each key has its id, its algorithm and, by the names ``not_before`` and ``not_after``, when
it signs: seconds since 1970.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import cbor2
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from services.receipt.signatures.keyring import UnusableKeyError, VerifyingKey, VerifyingPublicKey, key_id_of
from services.receipt.signatures.token import COSE_SIGN1_TAG, Algorithm, SignedMap

MEDIA_TYPE = "application/cose-key-set"

_ALGORITHM, _CONTENT_TYPE, _KEY_ID, _CLAIMS, _ISSUED_AT = 1, 3, 4, 15, 6
_KEY_TYPE, _KEY_NAME, _KEY_ALGORITHM, _CURVE, _X, _Y = 1, 2, 3, -1, -2, -3
_OKP, _EC2, _ED25519, _P256 = 1, 2, 6, 1
_NOT_BEFORE, _NOT_AFTER = "not_before", "not_after"
_COORDINATE_BYTES = 32


@dataclass(frozen=True, slots=True)
class KeyList:
    """Public keys, and when the root vouched for them."""

    signed_at: datetime
    keys: tuple[VerifyingKey, ...]


def sign_key_list(
    keys: Iterable[VerifyingKey], root: VerifyingKey, signed_at: datetime, sign: Callable[[bytes], bytes]
) -> bytes:
    """Return the signed list; ``sign`` gets the bytes to sign and returns 64 bytes. Raises UnusableKeyError.

    A key without dates is refused: a verifier could not tell what it may have signed.
    """
    payload = _encode([_as_cose(key) for key in keys])
    protected = _encode(
        {
            _ALGORITHM: int(root.algorithm),
            _CONTENT_TYPE: MEDIA_TYPE,
            _KEY_ID: root.key_id,
            _CLAIMS: {_ISSUED_AT: int(signed_at.timestamp())},
        }
    )
    signature = sign(_signed_bytes(protected, payload))
    return _encode(cbor2.CBORTag(COSE_SIGN1_TAG, [protected, {}, payload, signature]))


def read_key_list(raw: bytes, root: VerifyingKey) -> KeyList:
    """Read a list that ``root`` has signed. Raises UnusableKeyError for anything else."""
    try:
        outer = cbor2.loads(raw)
        protected, unprotected, payload, signature = outer.value
        header, keys = cbor2.loads(protected), cbor2.loads(payload)
        is_list = outer.tag == COSE_SIGN1_TAG and unprotected == {} and header[_CONTENT_TYPE] == MEDIA_TYPE
        message = SignedMap(
            header[_KEY_ID], Algorithm(header[_ALGORITHM]), {}, _signed_bytes(protected, payload), bytes(signature)
        )
        signed_at = datetime.fromtimestamp(header[_CLAIMS][_ISSUED_AT], UTC)
    except (cbor2.CBORError, ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise UnusableKeyError("no signed list of public keys") from error
    if not is_list:
        raise UnusableKeyError("no signed list of public keys")
    if not root.verifies(message):
        raise UnusableKeyError(f"the list was not signed by the root key {root.key_id.hex()}")
    try:
        return KeyList(signed_at, tuple(map(_from_cose, keys)))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise UnusableKeyError("the root signed a list with a key that cannot be used") from error


def _as_cose(key: VerifyingKey) -> dict[int | str, Any]:
    if key.not_before is None:
        raise UnusableKeyError(f"it is not known from when the key {key.key_id.hex()} signs")
    known: dict[int | str, Any] = {_KEY_NAME: key.key_id, _KEY_ALGORITHM: int(key.algorithm)}
    known[_NOT_BEFORE] = int(key.not_before.timestamp())
    if key.not_after is not None:
        known[_NOT_AFTER] = int(key.not_after.timestamp())
    if isinstance(key.public_key, ed25519.Ed25519PublicKey):
        raw = key.public_key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return known | {_KEY_TYPE: _OKP, _CURVE: _ED25519, _X: raw}
    numbers = key.public_key.public_numbers()
    x, y = (number.to_bytes(_COORDINATE_BYTES) for number in (numbers.x, numbers.y))
    return known | {_KEY_TYPE: _EC2, _CURVE: _P256, _X: x, _Y: y}


def _from_cose(known: dict[int | str, Any]) -> VerifyingKey:
    public = _public_key(known)
    if key_id_of(public) != known[_KEY_NAME]:
        raise ValueError("a key under another one's name")
    return VerifyingKey(
        known[_KEY_NAME],
        Algorithm(known[_KEY_ALGORITHM]),
        public,
        datetime.fromtimestamp(known[_NOT_BEFORE], UTC),
        datetime.fromtimestamp(known[_NOT_AFTER], UTC) if _NOT_AFTER in known else None,
    )


def _public_key(known: dict[int | str, Any]) -> VerifyingPublicKey:
    shape = known[_KEY_TYPE], known[_CURVE], known[_KEY_ALGORITHM]
    if shape == (_OKP, _ED25519, Algorithm.EDDSA):
        return ed25519.Ed25519PublicKey.from_public_bytes(known[_X])
    if shape == (_EC2, _P256, Algorithm.ES256):
        x, y = (int.from_bytes(known[place]) for place in (_X, _Y))
        return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    raise ValueError("neither Ed25519 nor P-256")


def _signed_bytes(protected: bytes, payload: bytes) -> bytes:
    return _encode(["Signature1", protected, b"", payload])


def _encode(value: Any) -> bytes:
    return cbor2.dumps(value, canonical=True)
