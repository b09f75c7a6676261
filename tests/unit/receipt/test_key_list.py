"""A list of public keys that the root has signed is believed, and no other; receipts are checked with it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from typer.testing import CliRunner

from ops.cli import app
from ops.root_key import make_root_key, read_root_key
from services.receipt.signatures.key_list import read_key_list, sign_key_list
from services.receipt.signatures.keyring import UnusableKeyError, VerifyingKey, record_of, to_pem, verifying_key
from services.receipt.signatures.token import Claims, TokenKind, seal, to_text
from shared.contracts.receipt import PublicKeysReply

MOMENT = datetime(2026, 11, 30, 5, tzinfo=UTC)
ROOT = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
ROOT_KEY = verifying_key(ROOT.public_key())
SIGNER = ed25519.Ed25519PrivateKey.from_private_bytes(b"1" * 32)
PASSPHRASE = "twelve letters and more"


def in_use(private: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> VerifyingKey:
    return replace(verifying_key(private.public_key()), not_before=MOMENT - timedelta(days=1))


KEYS = [
    replace(in_use(SIGNER), not_after=MOMENT + timedelta(days=400)),
    in_use(ec.derive_private_key(7, ec.SECP256R1())),
]
SIGNED = sign_key_list(KEYS, ROOT_KEY, MOMENT, ROOT.sign)


def test_a_signed_list_gives_back_its_keys_with_their_dates_and_when_it_was_signed() -> None:
    found = read_key_list(SIGNED, ROOT_KEY)
    assert (found.signed_at, list(found.keys)) == (MOMENT, KEYS)


def test_the_list_is_a_cose_key_set_that_the_root_signed_as_the_standard_says() -> None:
    tagged = cbor2.loads(SIGNED)
    protected, unprotected, payload, signature = tagged.value
    assert (tagged.tag, unprotected) == (18, {})
    ROOT.public_key().verify(signature, cbor2.dumps(["Signature1", protected, b"", payload]))
    header = {1: -8, 3: "application/cose-key-set", 4: ROOT_KEY.key_id, 15: {6: int(MOMENT.timestamp())}}
    assert cbor2.loads(protected) == header
    okp, ec2 = cbor2.loads(payload)
    raw = SIGNER.public_key().public_bytes_raw()
    assert {name: okp[name] for name in (1, 2, 3, -1, -2)} == {1: 1, 2: KEYS[0].key_id, 3: -8, -1: 6, -2: raw}
    assert (ec2[1], ec2[3], ec2[-1], len(ec2[-2]), len(ec2[-3])) == (2, -7, 1, 32, 32)


@pytest.mark.parametrize("place", range(0, len(SIGNED), 7))
def test_one_changed_bit_is_noticed(place: int) -> None:
    changed = bytearray(SIGNED)
    changed[place] ^= 1
    with pytest.raises(UnusableKeyError):
        read_key_list(bytes(changed), ROOT_KEY)


@pytest.mark.parametrize("raw", [b"", b"\xd2", SIGNED[:-1], b"text", cbor2.dumps([1, 2]), cbor2.dumps({18: 1})])
def test_whatever_is_no_list_is_refused(raw: bytes) -> None:
    with pytest.raises(UnusableKeyError):
        read_key_list(raw, ROOT_KEY)


def test_a_list_of_another_root_is_refused_and_so_is_a_key_whose_dates_nobody_knows() -> None:
    other = ed25519.Ed25519PrivateKey.from_private_bytes(b"2" * 32)
    with pytest.raises(UnusableKeyError, match="not signed by the root key"):
        read_key_list(sign_key_list(KEYS, verifying_key(other.public_key()), MOMENT, other.sign), ROOT_KEY)
    with pytest.raises(UnusableKeyError, match="from when"):
        sign_key_list([ROOT_KEY], ROOT_KEY, MOMENT, ROOT.sign)


def test_a_root_key_is_made_once_and_read_with_its_passphrase_alone(tmp_path: Path) -> None:
    file = tmp_path / "root.pem"
    made = make_root_key(file, PASSPHRASE)
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_root_key(file, PASSPHRASE).public_key() == made.public_key()
    with pytest.raises(UnusableKeyError, match="passphrase"):
        read_root_key(file, "another one of them")
    with pytest.raises(UnusableKeyError, match="made once"):
        make_root_key(file, PASSPHRASE)


def test_receipts_are_verified_by_the_root_alone_from_the_command_line(tmp_path: Path) -> None:
    run = CliRunner(env={"THUNGAN_ROOT_PASSPHRASE": PASSPHRASE})
    made = run.invoke(app, ["keys", "root", str(tmp_path / "root.pem")])
    assert made.exit_code == 0, made.output
    (tmp_path / "root.pub.pem").write_text(made.stdout)
    listed = PublicKeysReply(keys=[record_of(key, MOMENT) for key in KEYS])
    (tmp_path / "keys.json").write_text(listed.model_dump_json())
    files = [str(tmp_path / name) for name in ("keys.json", "root.pem", "keys.cose", "root.pub.pem")]
    signed = run.invoke(app, ["keys", "sign-list", files[0], "--root", files[1], "--out", files[2]])
    assert (signed.exit_code, "2 keys" in signed.output) == (0, True), signed.output
    claims = Claims(
        issuer="0300942001",
        issued_at=int(MOMENT.timestamp()),
        symbol="BN26-AA",
        number=1,
        customer_code="PB14010012345",
        total=1000,
        vat=80,
        vat_rates="8",
        periods=(2026101,),
        collector_code="TN014",
        previous=bytes(16),
        content_hash=bytes(32),
        kind=TokenKind.ORIGINAL,
    )
    token = to_text(seal(claims, KEYS[0].key_id, KEYS[0].algorithm, SIGNER.sign))
    genuine = run.invoke(app, ["verify", token, "--key", files[2], "--root", files[3]])
    assert (genuine.exit_code, "HỢP LỆ" in genuine.output) == (0, True), genuine.output
    (tmp_path / "other.pem").write_text(to_pem(KEYS[0].public_key))
    refused = run.invoke(app, ["verify", token, "--key", files[2], "--root", str(tmp_path / "other.pem")])
    assert "not signed by the root key" in str(refused.exception)
