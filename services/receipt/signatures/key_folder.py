"""Signing keys in a folder, which all copies of the service share or have copies of.

Each key is two files named by its id: ``<id>.key.pem`` (PKCS#8, readable by the owner only) and ``<id>.json`` (the
public half with the time from which and to which it signs). Retiring a key only sets its end: the public half stays
for as long as receipts are kept. Each change of the folder holds its lock, and files appear whole, by rename.

Which of them sign, the register says (``keys/registered.py``); the files alone are enough to verify.
"""

import fcntl
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from services.receipt.signatures.keyring import (
    Keyring,
    UnusableKeyError,
    VerifyingKey,
    key_id_of,
    record_of,
    verifying_key,
)
from services.receipt.signatures.signer import NoSigningKey
from services.receipt.signatures.token import Algorithm
from shared.contracts.receipt import PublicKey
from shared.whole_files import write_whole

CLOCK_SKEW = timedelta(minutes=5)
"""How far the clock of another copy may be behind when the first key is made."""

ROTATION_OVERLAP = timedelta(days=1)
"""How long a key stays valid after its successor began: what was being signed is still good."""

PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


class KeyFolder:
    """A Signer whose keys are files. With ``key_file`` the private key is read from there (a mounted secret)."""

    def __init__(self, folder: Path, key_file: Path | None = None) -> None:
        self._folder = folder
        self._key_file = key_file
        self._seen: frozenset[tuple[str, int]] | None = None
        self._records: list[PublicKey] = []
        self._private: dict[bytes, PrivateKey] = {}
        self._keyring = Keyring([])

    @property
    def place(self) -> str:
        """Where the private halves are, for a person to read."""
        return str(self._key_file or self._folder)

    def ensure_key(self, moment: datetime) -> None:
        """Make the first key, or take note of the key file's, unless that was done: once for all copies.

        Raises UnusableKeyError when the key file holds no key that can sign.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._locked():
            known = {record.key_id for record in self._read_records()}
            if self._key_file is not None:
                key = _load_private(self._key_file)
                if key_id_of(key.public_key()).hex() not in known:
                    self._begin(key, moment - CLOCK_SKEW, keep_private=False)
            elif not known:
                self._begin(_generate(Algorithm.EDDSA), moment - CLOCK_SKEW, keep_private=True)

    def rotate(
        self,
        moment: datetime,
        *,
        algorithm: Algorithm = Algorithm.EDDSA,
        overlap: timedelta = ROTATION_OVERLAP,
    ) -> PublicKey:
        """Make a new key that signs from ``moment`` on; the others stay valid for ``overlap`` and then are retired."""
        if self._key_file is not None:
            raise UnusableKeyError("the key is given as a file: rotate by giving another file, then retire the old key")
        with self._locked():
            for record in self._read_records():
                if record.not_after is None or record.not_after > moment + overlap:
                    self._write_record(record.model_copy(update={"not_after": moment + overlap}))
            return self._begin(_generate(algorithm), moment, keep_private=True)

    def retire(self, key_id: str, moment: datetime) -> PublicKey:
        """End a key at ``moment``: it signs no more, and what it signed before stays good."""
        with self._locked():
            for record in self._read_records():
                if record.key_id == key_id:
                    # What has ended before that does not begin again.
                    end = moment if record.not_after is None else min(moment, record.not_after)
                    retired = record.model_copy(update={"not_after": end})
                    self._write_record(retired)
                    return retired
        raise UnusableKeyError(f"there is no key {key_id}")

    def key_for(self, moment: datetime) -> tuple[bytes, Algorithm]:
        """Return the youngest key that may sign at ``moment`` and whose private half is here."""
        self._refresh()
        return youngest_in_use(self._records, self._private, moment)

    def sign(self, key_id: bytes, message: bytes) -> bytes:
        """Sign with the key that :meth:`key_for` named."""
        return signature_with(self._private, key_id, message)

    def public_keys(self) -> list[PublicKey]:
        """Return all public keys, the oldest first."""
        self._refresh()
        return list(self._records)

    def keyring(self) -> Keyring:
        """Return all public keys, ready to verify with."""
        self._refresh()
        return self._keyring

    def private_keys(self) -> Mapping[bytes, PrivateKey]:
        """Return the private halves that are here, by the ids of their keys. Raises UnusableKeyError."""
        self._refresh()
        return self._private

    def _refresh(self) -> None:
        """Read the folder again when a file in it was replaced (a rename gives it another inode)."""
        seen = self._files()
        if seen == self._seen:
            return
        records = sorted(self._read_records(), key=lambda record: record.not_before)
        private = {}
        for path in self._folder.glob("*.key.pem"):
            key = _load_private(path, owner_only=True)
            private[key_id_of(key.public_key())] = key
        if self._key_file is not None:
            key = _load_private(self._key_file)
            private = {key_id_of(key.public_key()): key}
        self._keyring = Keyring.from_records(records)
        self._records, self._private, self._seen = records, private, seen

    def _files(self) -> frozenset[tuple[str, int]]:
        if self._key_file is not None and not self._folder.exists():
            return frozenset()  # nothing but the key file was given
        with os.scandir(self._folder) as entries:
            return frozenset((entry.name, entry.inode()) for entry in entries if entry.name[0] != ".")

    def _begin(self, key: PrivateKey, not_before: datetime, *, keep_private: bool) -> PublicKey:
        record = record_of(verifying_key(key.public_key()), not_before)
        if keep_private:  # before the record: a key that is listed can sign
            pem = key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            write_whole(self._folder / f"{record.key_id}.key.pem", pem)
        self._write_record(record)
        return record

    def _read_records(self) -> list[PublicKey]:
        return [PublicKey.model_validate_json(path.read_bytes()) for path in self._folder.glob("*.json")]

    def _write_record(self, record: PublicKey) -> None:
        write_whole(self._folder / f"{record.key_id}.json", record.model_dump_json(indent=2).encode() + b"\n")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self._folder / ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def public_half(path: Path) -> VerifyingKey:
    """Return the public half of a private key (PKCS#8 PEM). Raises UnusableKeyError."""
    return verifying_key(_load_private(path).public_key())


def youngest_in_use(
    records: Sequence[PublicKey], private: Mapping[bytes, PrivateKey], moment: datetime
) -> tuple[bytes, Algorithm]:
    """Return the youngest key, of ``records`` from the oldest on, that may sign at ``moment`` and has its private half.

    Raises NoSigningKey.
    """
    for record in reversed(records):
        key_id = bytes.fromhex(record.key_id)
        in_use = record.not_before <= moment and (record.not_after is None or moment <= record.not_after)
        if in_use and key_id in private:
            return key_id, Algorithm[record.algorithm]
    raise NoSigningKey("Chưa có khóa ký số đang có hiệu lực; biên nhận sẽ được ký khi có khóa.")


def signature_with(private: Mapping[bytes, PrivateKey], key_id: bytes, message: bytes) -> bytes:
    """Return the signature by a key of ``private``, 64 bytes. Raises NoSigningKey."""
    key = private.get(key_id)
    if key is None:
        raise NoSigningKey("Không tìm thấy khóa ký số.")
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


def _generate(algorithm: Algorithm) -> PrivateKey:
    if algorithm is Algorithm.EDDSA:
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(ec.SECP256R1())


def _load_private(path: Path, *, owner_only: bool = False) -> PrivateKey:
    if owner_only and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise UnusableKeyError(f"{path.name} can be read by others than its owner: chmod 600, and think of rotating it")
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise UnusableKeyError(f"{path.name} is not an unencrypted PKCS#8 private key") from error
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise UnusableKeyError(f"{path.name}: only Ed25519 and P-256 keys sign receipts")
