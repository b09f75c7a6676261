"""Keys in a folder: made once, never readable by others, rotated while in use, kept when retired."""

import multiprocessing
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from services.receipt.signatures.key_folder import CLOCK_SKEW, KeyFolder
from services.receipt.signatures.keyring import Keyring, UnusableKeyError
from services.receipt.signatures.signer import NoSigningKey
from services.receipt.signatures.token import Algorithm, parse, seal, to_text
from services.receipt.verification.tokens import verify_text, verify_token
from shared.contracts.receipt import CheckState, PublicKeysReply
from tests.unit.receipt.test_token import CLAIMS

NOW = CLAIMS.issued_moment
DAY = timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def keys(folder: Path) -> KeyFolder:
    made = KeyFolder(folder)
    made.ensure_key(NOW)
    return made


def token_by(signer: KeyFolder, moment: datetime = NOW) -> bytes:
    key_id, algorithm = signer.key_for(moment)
    return seal(CLAIMS, key_id, algorithm, lambda message: signer.sign(key_id, message))


def test_the_first_key_is_made_and_only_its_owner_can_read_it(folder: Path, keys: KeyFolder) -> None:
    (private,) = folder.glob("*.key.pem")
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert verify_token(to_text(token_by(keys)), keys.keyring()).valid


def test_a_second_start_uses_the_same_key(folder: Path, keys: KeyFolder) -> None:
    again = KeyFolder(folder)
    again.ensure_key(NOW + DAY)
    assert again.public_keys() == keys.public_keys()


def _start(folder: Path) -> str:
    keys = KeyFolder(folder)
    keys.ensure_key(NOW)
    return keys.key_for(NOW)[0].hex()


def test_copies_that_start_at_once_end_with_one_key(folder: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as processes:
        used = processes.map(_start, [folder] * 8)
    assert len(set(used)) == 1
    assert len(list(folder.glob("*.key.pem"))) == 1


def test_a_copy_whose_clock_is_a_little_behind_can_sign_with_the_first_key(keys: KeyFolder) -> None:
    assert keys.key_for(NOW - CLOCK_SKEW)


def test_before_its_time_no_key_signs(keys: KeyFolder) -> None:
    with pytest.raises(NoSigningKey):
        keys.key_for(NOW - DAY)


def test_after_a_rotation_every_copy_signs_with_the_new_key_and_the_old_one_still_verifies(
    folder: Path, keys: KeyFolder
) -> None:
    other_copy = KeyFolder(folder)
    old_token = token_by(other_copy)
    new = keys.rotate(NOW + DAY)
    assert other_copy.key_for(NOW + DAY)[0].hex() == new.key_id
    assert parse(old_token).key_id.hex() != new.key_id
    assert verify_token(to_text(old_token), other_copy.keyring()).valid
    old = next(key for key in other_copy.public_keys() if key.key_id != new.key_id)
    assert old.not_after == NOW + 2 * DAY
    with pytest.raises(NoSigningKey):
        KeyFolder(folder).key_for(NOW - DAY)


def test_a_rotation_may_change_the_algorithm(keys: KeyFolder) -> None:
    keys.rotate(NOW, algorithm=Algorithm.ES256)
    raw = token_by(keys, NOW)
    assert parse(raw).algorithm is Algorithm.ES256
    assert verify_token(to_text(raw), keys.keyring()).valid


def test_a_retired_key_signs_no_more_and_what_it_signed_afterwards_is_refused(keys: KeyFolder) -> None:
    raw = token_by(keys)
    (key,) = keys.public_keys()
    keys.retire(key.key_id, NOW - timedelta(seconds=1))
    with pytest.raises(NoSigningKey):
        keys.key_for(NOW)
    report = verify_token(to_text(raw), keys.keyring())
    assert report.states["signature"] is CheckState.PASSED
    assert report.states["key_valid_then"] is CheckState.FAILED
    assert not report.valid
    with pytest.raises(UnusableKeyError):
        keys.retire("00000000", NOW)


def test_a_key_that_others_can_read_is_refused(folder: Path, keys: KeyFolder) -> None:
    (private,) = folder.glob("*.key.pem")
    private.chmod(0o640)
    with pytest.raises(UnusableKeyError, match="chmod 600"):
        KeyFolder(folder).key_for(NOW)


def pem_of(key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def test_a_key_file_is_used_and_only_its_public_half_goes_into_the_folder(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.pem"
    secret.write_bytes(pem_of(ed25519.Ed25519PrivateKey.generate()))
    keys = KeyFolder(folder, secret)
    keys.ensure_key(NOW)
    keys.ensure_key(NOW)
    assert verify_token(to_text(token_by(keys)), keys.keyring()).valid
    assert len(keys.public_keys()) == 1
    assert not list(folder.glob("*.key.pem"))
    with pytest.raises(UnusableKeyError):
        keys.rotate(NOW)


def test_another_key_file_takes_over_and_the_old_key_still_verifies(folder: Path, tmp_path: Path) -> None:
    tokens = []
    for name in ("first.pem", "second.pem"):
        secret = tmp_path / name
        secret.write_bytes(pem_of(ed25519.Ed25519PrivateKey.generate()))
        keys = KeyFolder(folder, secret)
        keys.ensure_key(NOW)
        tokens.append(token_by(keys))
    assert parse(tokens[0]).key_id != parse(tokens[1]).key_id
    assert all(verify_token(to_text(raw), keys.keyring()).valid for raw in tokens)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a key",
        pem_of(rsa.generate_private_key(public_exponent=65537, key_size=2048)),
        pem_of(ec.generate_private_key(ec.SECP384R1())),
    ],
    ids=["empty", "text", "RSA", "P-384"],
)
def test_a_file_that_holds_no_usable_key_is_refused_by_name(folder: Path, tmp_path: Path, content: bytes) -> None:
    secret = tmp_path / "secret.pem"
    secret.write_bytes(content)
    with pytest.raises(UnusableKeyError, match=r"secret\.pem"):
        KeyFolder(folder, secret).ensure_key(NOW)


def test_published_keys_verify_as_pem_and_as_json(keys: KeyFolder) -> None:
    keys.rotate(NOW + DAY)
    text = to_text(token_by(keys))
    as_json = PublicKeysReply(keys=keys.public_keys()).model_dump_json()
    as_pem = "".join(key.public_key_pem for key in keys.public_keys())
    ((_, with_dates),) = verify_text(text, Keyring.from_text(as_json))
    ((_, without_dates),) = verify_text(text, Keyring.from_text(as_pem))
    assert with_dates.states["key_valid_then"] is CheckState.PASSED
    assert without_dates.states["key_valid_then"] is CheckState.NOT_CHECKED
    assert with_dates.valid
    assert without_dates.valid


def test_a_private_key_is_not_taken_for_a_public_one(keys: KeyFolder, folder: Path) -> None:
    (private,) = folder.glob("*.key.pem")
    with pytest.raises(UnusableKeyError, match="private key"):
        Keyring.from_text(private.read_text(encoding="utf-8"))


def test_a_list_that_names_a_key_wrongly_is_refused(keys: KeyFolder) -> None:
    (key,) = keys.public_keys()
    wrong = PublicKeysReply(keys=[key.model_copy(update={"key_id": "00000000"})])
    with pytest.raises(UnusableKeyError):
        Keyring.from_text(wrong.model_dump_json())


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", "null", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"]
)
def test_what_is_no_list_of_keys_is_refused(text: str) -> None:
    with pytest.raises(UnusableKeyError):
        Keyring.from_text(text)


def test_moments_of_keys_are_utc(keys: KeyFolder) -> None:
    assert keys.public_keys()[0].not_before == (NOW - CLOCK_SKEW).astimezone(UTC)
