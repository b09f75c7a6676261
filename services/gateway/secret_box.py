"""Secrets of second factors and of partners, encrypted before they are stored: who reads the database cannot use them.

AES-256-GCM with the owner's id as associated data: a secret that was moved to another account cannot be opened there.
The keys lie in a file outside of the database, one a line, the one to encrypt with first.
"""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_MARK = "aes256gcm"
_KEY_BYTES = 32
_NONCE_BYTES = 12


class SecretsUnreadable(Exception):
    """A stored secret cannot be opened with the keys that are there, or a file holds no keys."""


class SecretBox:
    """Encrypts with the first of some keys, opens with whichever fits; without keys it stores secrets as they are."""

    def __init__(self, keys: Sequence[bytes] = ()) -> None:
        self._keys = {_id_of(key): AESGCM(key) for key in keys}

    def seal(self, secret: str, owner_id: UUID) -> str:
        """Return a secret as it is to be stored with its owner: an account, or a partner."""
        if not self._keys:
            return secret
        key_id, key = next(iter(self._keys.items()))
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + key.encrypt(nonce, secret.encode(), owner_id.bytes)
        return ":".join((_MARK, key_id, base64.b64encode(sealed).decode()))

    def open(self, stored: str, owner_id: UUID) -> str:
        """Return the secret that was stored with its owner. Raises :class:`SecretsUnreadable`."""
        if not _is_sealed(stored):
            return stored
        _, key_id, text = stored.split(":")
        key = self._keys.get(key_id)
        if key is None:
            raise SecretsUnreadable(f"no key {key_id} is in the file of keys for second factors and partners")
        sealed = base64.b64decode(text)
        try:
            return key.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], owner_id.bytes).decode()
        except InvalidTag as error:
            raise SecretsUnreadable(f"the secret of {owner_id} was changed in the database") from error

    def is_up_to_date(self, stored: str) -> bool:
        """Whether a stored secret is as :meth:`seal` would store it now."""
        if not self._keys:
            return not _is_sealed(stored)
        return _is_sealed(stored) and stored.split(":")[1] == next(iter(self._keys))


def box_of(file: Path | None) -> SecretBox:
    """Return the box with the keys of a file; one without keys where no file is named.

    A line is a key of 32 bytes in base64; empty lines and those that begin with ``#`` are left out. Raises
    :class:`SecretsUnreadable`, and ``OSError`` for a file that cannot be read.
    """
    if file is None:
        return SecretBox()
    lines = [line.strip() for line in file.read_text(encoding="ascii").splitlines()]
    keys = [_key(line, file) for line in lines if line and not line.startswith("#")]
    if not keys:
        raise SecretsUnreadable(f"{file} holds no key")
    return SecretBox(keys)


def _key(line: str, file: Path) -> bytes:
    try:
        key = base64.b64decode(line, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != _KEY_BYTES:
        raise SecretsUnreadable(
            f"{file}: a key is {_KEY_BYTES} bytes in base64, such as `openssl rand -base64 32` gives"
        )
    return key


def _is_sealed(stored: str) -> bool:
    return stored.startswith(f"{_MARK}:")


def _id_of(key: bytes) -> str:
    """Return what tells keys apart and says nothing about them."""
    return hashlib.sha256(b"second factors " + key).hexdigest()[:8]
