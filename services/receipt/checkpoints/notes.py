"""Signed notes (C2SP signed-note): a text, and lines with signatures under it. Pure.

Signed by the key that signs receipts; its id here is that of the note's format. Ed25519 is signature type 0x01; a P-256
key signs as type 0x02.
"""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from services.receipt.signatures.keyring import Keyring, VerifyingKey, VerifyingPublicKey

MAX_BYTES = 100_000
_MAX_SIGNATURES = 16
_DASH = "— "
_ED25519 = b"\x01"


class NoteError(ValueError):
    """The text is not a signed note."""


class Signed(Enum):
    """What is known of the signatures of a note."""

    BY_KNOWN_KEY = "by a known key"
    BY_UNKNOWN_KEY = "by a key that is not known here"
    WRONGLY = "wrongly: the text or the signature was changed"


@dataclass(frozen=True, slots=True)
class Note:
    """A note as read; whether it is signed rightly is asked for."""

    text: str
    """With the line end of its last line."""
    signatures: tuple[tuple[str, bytes], ...]
    """Name of each key, and its id (4 bytes) with the signature behind it."""

    def signed(self, name: str, keyring: Keyring) -> tuple[Signed, VerifyingKey | None]:
        """Return how it is signed under the name of a key, and by which of the keys."""
        state = Signed.BY_UNKNOWN_KEY
        for signer, encoded in self.signatures:
            if signer != name:
                continue
            for key in keyring:
                if note_key_id(name, key.public_key) != encoded[:4]:
                    continue
                if not _verifies(key.public_key, encoded[4:], self.text.encode()):
                    return Signed.WRONGLY, key
                return Signed.BY_KNOWN_KEY, key
        return state, None


def sign_note(text: str, name: str, key: VerifyingKey, sign: Callable[[bytes], bytes]) -> str:
    """Return the note of a text. ``sign`` returns the 64 bytes of a signature as receipts have them."""
    signature = sign(text.encode())
    if not isinstance(key.public_key, ed25519.Ed25519PublicKey):
        signature = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    encoded = base64.b64encode(note_key_id(name, key.public_key) + signature).decode()
    return f"{text}\n{_DASH}{name} {encoded}\n"


def read_note(note: str) -> Note:
    """Read a note. Raises NoteError."""
    if len(note.encode()) > MAX_BYTES or any(ord(letter) < 0x20 and letter != "\n" for letter in note):
        raise NoteError("too long, or with control characters")
    text, found, below = note.rpartition("\n\n")
    if not found or not text or not below.endswith("\n"):
        raise NoteError("no signature below an empty line")
    lines = below[:-1].split("\n")
    if len(lines) > _MAX_SIGNATURES:
        raise NoteError("too many signatures")
    return Note(text + "\n", tuple(map(_signature, lines)))


def note_key_id(name: str, key: VerifyingPublicKey) -> bytes:
    """Return the id of a key in notes, 4 bytes."""
    if isinstance(key, ed25519.Ed25519PublicKey):
        return hashlib.sha256(name.encode() + b"\n" + _ED25519 + key.public_bytes_raw()).digest()[:4]
    encoded = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(encoded).digest()[:4]


def _signature(line: str) -> tuple[str, bytes]:
    name, found, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not found or not name:
        raise NoteError("a line below the text is no signature")
    try:
        signature = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise NoteError("a signature is not base64") from error
    if len(signature) < 5:
        raise NoteError("a signature is too short")
    return name, signature


def _verifies(key: VerifyingPublicKey, signature: bytes, text: bytes) -> bool:
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, text)
        else:
            key.verify(signature, text, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
