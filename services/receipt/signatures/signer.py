"""What signs receipts. Pure."""

from datetime import datetime
from typing import Protocol

from services.receipt.signatures.keyring import Keyring
from services.receipt.signatures.token import Algorithm
from shared.contracts.receipt import PublicKey
from shared.problems import Suspended


class NoSigningKey(Suspended):
    """No key may sign at this moment: nothing is numbered, and the event is retried."""

    slug = "no-signing-key"
    title = "No key to sign with"


class Signer(Protocol):
    """What signs: a folder of keys here; a smart card or a key service can stand in its place."""

    def key_for(self, moment: datetime) -> tuple[bytes, Algorithm]:
        """Return id and algorithm of the key that signs at ``moment``. Raises NoSigningKey."""

    def sign(self, key_id: bytes, message: bytes) -> bytes:
        """Return the signature of ``message``, 64 bytes. Raises NoSigningKey."""

    def public_keys(self) -> list[PublicKey]:
        """Return all public keys, retired ones included, the oldest first."""

    def keyring(self) -> Keyring:
        """Return all public keys, ready to verify with."""
