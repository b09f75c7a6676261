"""Public keys: reading them, naming them, and verifying a signature with them. Pure."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pydantic import ValidationError

from services.receipt.signatures.token import KEY_ID_BYTES, Algorithm, SignedMap, Token
from shared.contracts.receipt import PublicKey, PublicKeysReply

VerifyingPublicKey = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey

_PEM_BEGIN = "-----BEGIN "
_COORDINATE_BYTES = 32


class UnusableKeyError(ValueError):
    """A key cannot be read or used; the message has the reason, and nothing of the key."""


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A public key and when it signed."""

    key_id: bytes
    algorithm: Algorithm
    public_key: VerifyingPublicKey
    not_before: datetime | None
    """None: not known, as with a lone PEM file."""
    not_after: datetime | None
    """None: still in use, or not known."""

    def verifies(self, token: Token | SignedMap) -> bool:
        """Return whether this key made the signature of a message, by the algorithm that belongs to this key."""
        if token.algorithm is not self.algorithm or token.key_id != self.key_id:
            return False
        try:
            if isinstance(self.public_key, ed25519.Ed25519PublicKey):
                self.public_key.verify(token.signature, token.signed)
            else:
                r = int.from_bytes(token.signature[:_COORDINATE_BYTES])
                s = int.from_bytes(token.signature[_COORDINATE_BYTES:])
                self.public_key.verify(encode_dss_signature(r, s), token.signed, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True

    def was_valid_at(self, moment: datetime) -> bool | None:
        """Return whether the key was in use at ``moment``; None when its dates are not known."""
        if self.not_before is None:
            return None
        return self.not_before <= moment and (self.not_after is None or moment <= self.not_after)


class Keyring:
    """All public keys that are trusted, retired ones included."""

    def __init__(self, keys: Iterable[VerifyingKey]) -> None:
        self._keys: dict[bytes, list[VerifyingKey]] = {}
        for key in keys:
            self._keys.setdefault(key.key_id, []).append(key)

    def find(self, key_id: bytes) -> list[VerifyingKey]:
        """Return the keys with this id: 4 bytes can clash, so all of them are tried."""
        return self._keys.get(key_id, [])

    def __iter__(self) -> Iterator[VerifyingKey]:
        for keys in self._keys.values():
            yield from keys

    @classmethod
    def from_records(cls, records: Iterable[PublicKey]) -> "Keyring":
        """Return the keyring of published keys. Raises UnusableKeyError for a key that cannot be used."""
        return cls([_from_record(record) for record in records])

    @classmethod
    def from_text(cls, text: str) -> "Keyring":
        """Read one or several PEM public keys, or the JSON list that the receipt service publishes.

        Raises UnusableKeyError when there is no public key in it, or a private one.
        """
        if "PRIVATE KEY" in text:
            raise UnusableKeyError(
                "this is a private key: verifying needs the public key only; keep the private one secret"
            )
        if _PEM_BEGIN in text and text.lstrip()[:1] not in {"{", "["}:  # JSON holds PEM, too
            blocks = (_PEM_BEGIN + block for block in text.split(_PEM_BEGIN)[1:])
            return cls([_from_pem(block, None, None) for block in blocks])
        try:
            members = json.loads(text)
            records = members["keys"] if isinstance(members, dict) and "keys" in members else members
            reply = PublicKeysReply(keys=records if isinstance(records, list) else [records])
        except (ValueError, ValidationError) as error:
            raise UnusableKeyError("neither a PEM public key nor a JSON list of public keys") from error
        return cls.from_records(reply.keys)


def verifying_key(key: VerifyingPublicKey) -> VerifyingKey:
    """Return a public key whose dates are not known."""
    return VerifyingKey(key_id_of(key), algorithm_of(key), key, None, None)


def record_of(key: VerifyingKey, not_before: datetime) -> PublicKey:
    """Return a key as it is published; ``not_before`` is from when it signs, where that is not known."""
    return PublicKey(
        key_id=key.key_id.hex(),
        algorithm=key.algorithm.name,
        public_key_pem=to_pem(key.public_key),
        not_before=key.not_before or not_before,
        not_after=key.not_after,
    )


def load_public_key(pem: str) -> VerifyingPublicKey:
    """Read a PEM public key. Raises UnusableKeyError unless it is Ed25519 or P-256."""
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except ValueError as error:
        raise UnusableKeyError("not a PEM public key") from error
    if isinstance(key, ed25519.Ed25519PublicKey):
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise UnusableKeyError("only Ed25519 and P-256 keys sign receipts")


def algorithm_of(key: VerifyingPublicKey) -> Algorithm:
    """Return the one algorithm that a key may be used with."""
    return Algorithm.EDDSA if isinstance(key, ed25519.Ed25519PublicKey) else Algorithm.ES256


def key_id_of(key: VerifyingPublicKey) -> bytes:
    """Return a key's id: the first 4 bytes of SHA-256 of its SubjectPublicKeyInfo."""
    encoded = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(encoded).digest()[:KEY_ID_BYTES]


def to_pem(key: VerifyingPublicKey) -> str:
    """Return a public key as PEM."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def _from_pem(pem: str, not_before: datetime | None, not_after: datetime | None) -> VerifyingKey:
    key = load_public_key(pem)
    return VerifyingKey(key_id_of(key), algorithm_of(key), key, not_before, not_after)


def _from_record(record: PublicKey) -> VerifyingKey:
    key = _from_pem(record.public_key_pem, record.not_before, record.not_after)
    if key.key_id.hex() != record.key_id or key.algorithm.name != record.algorithm:
        raise UnusableKeyError(f"key {record.key_id} does not match its entry")
    return key
