"""The root key that signs lists of public keys: made and used on a machine without a network, encrypted in its file."""

from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from services.receipt.signatures.keyring import UnusableKeyError
from shared.whole_files import write_whole


def make_root_key(path: Path, passphrase: str) -> ed25519.Ed25519PrivateKey:
    """Make a root key, encrypted by ``passphrase``; one that is there stays. Raises UnusableKeyError."""
    if path.exists():
        raise UnusableKeyError(f"{path} is there already: a root key is made once")
    key = ed25519.Ed25519PrivateKey.generate()
    encryption = serialization.BestAvailableEncryption(passphrase.encode())
    write_whole(path, key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption))
    return key


def read_root_key(path: Path, passphrase: str) -> ed25519.Ed25519PrivateKey:
    """Read a root key. Raises UnusableKeyError."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), passphrase.encode())
    except (OSError, ValueError, TypeError) as error:
        raise UnusableKeyError(f"{path} is no root key, or the passphrase is another one") from error
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise UnusableKeyError(f"{path} is no root key")
    return key
