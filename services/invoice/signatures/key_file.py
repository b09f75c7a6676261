"""A signing key in a file: for development, and where a utility may keep its key so.

Two files in one folder: ``invoice.key.pem`` (PKCS#8, RSA, readable by its owner only) and ``invoice.cert.pem`` (the
certificate, then those of its authorities). A command makes them once; a copy of the service without them does not
start.
"""

import asyncio
import stat
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from services.invoice.signatures.xml_signature import SigningCertificate, signing_certificate
from shared.misconfigured import Misconfigured
from shared.whole_files import write_whole

KEY_NAME = "invoice.key.pem"
CERTIFICATE_NAME = "invoice.cert.pem"
KEY_BITS = 2048

DEVELOPMENT = "Thu Ngan development"
"""The authority of certificates that are made here: nobody trusts it."""

_DAYS = 3650


class KeyFileError(Misconfigured):
    """There is no usable key; the message says what to do."""


class FileSigner:
    """A Signer whose key is a file."""

    def __init__(self, folder: Path) -> None:
        """Read key and certificate. Raises :class:`KeyFileError`."""
        self._key = _load_key(folder / KEY_NAME)
        certificates = load_certificates(folder)
        if certificates[0].public_key() != self._key.public_key():
            raise KeyFileError(f"{CERTIFICATE_NAME} is not the certificate of {KEY_NAME}")
        self._certificate = signing_certificate(certificates[0])

    @property
    def certificate(self) -> SigningCertificate:
        """The certificate of the key."""
        return self._certificate

    async def sign(self, messages: Sequence[bytes]) -> list[bytes]:
        """Return the signature of each message; the event loop goes on meanwhile."""
        return await asyncio.to_thread(lambda: [self.sign_one(message) for message in messages])

    def sign_one(self, message: bytes) -> bytes:
        """Return the signature of one message."""
        return self._key.sign(message, padding.PKCS1v15(), hashes.SHA256())


def load_certificates(folder: Path) -> list[x509.Certificate]:
    """Return the certificate and those of its authorities. Raises :class:`KeyFileError`."""
    path = folder / CERTIFICATE_NAME
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())
        public = found[0].public_key()
    except OSError as error:
        raise KeyFileError(f"there is no {path}: `thungan invoices key` makes one for development") from error
    except ValueError as error:
        raise KeyFileError(f"{path.name} holds no certificate") from error
    except UnsupportedAlgorithm as error:
        raise KeyFileError(f"{path.name}: {error}") from error
    if not isinstance(public, rsa.RSAPublicKey) or public.key_size < KEY_BITS:
        raise KeyFileError(f"{path.name}: its first certificate has no RSA key of {KEY_BITS} bits or more")
    return found


def make_development_key(folder: Path, moment: datetime) -> x509.Certificate:
    """Make a key and a certificate of an authority that nobody trusts. Raises :class:`KeyFileError` if one is there."""
    if (folder / KEY_NAME).exists():
        raise KeyFileError(f"{folder / KEY_NAME} is there already: a key is never overwritten")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key, authority = _new_key(), _new_key()
    above = _certified(DEVELOPMENT, authority, DEVELOPMENT, authority, moment)
    own = _certified("Thu Ngan development invoices", key, DEVELOPMENT, authority, moment)
    pems = b"".join(each.public_bytes(Encoding.PEM) for each in (own, above))
    write_whole(folder / CERTIFICATE_NAME, pems)
    # The key last: what is there whole can sign.
    private = key.private_bytes(Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    write_whole(folder / KEY_NAME, private)
    return own


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)


def _certified(
    name: str, key: rsa.RSAPrivateKey, issuer: str, authority: rsa.RSAPrivateKey, moment: datetime
) -> x509.Certificate:
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(days=1))
        .not_valid_after(moment + timedelta(days=_DAYS))
        .add_extension(x509.BasicConstraints(ca=key is authority, path_length=None), critical=True)
        .sign(authority, hashes.SHA256())
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.COUNTRY_NAME, "VN")])


def _load_key(path: Path) -> rsa.RSAPrivateKey:
    try:
        mode, content = path.stat().st_mode, path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"there is no {path}: `thungan invoices key` makes one for development") from error
    if stat.S_IMODE(mode) & 0o077:
        raise KeyFileError(f"{path.name} can be read by others than its owner: chmod 600, and think of another key")
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError) as error:
        raise KeyFileError(f"{path.name} is not an unencrypted PKCS#8 private key") from error
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < KEY_BITS:
        raise KeyFileError(f"{path.name}: only RSA keys of {KEY_BITS} bits or more sign invoices")
    return key
