"""The tree, the signed note and the checkpoint, held against the vectors of the RFC and of C2SP."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from services.receipt.checkpoints.checkpoint import (
    Checkpoint,
    CheckpointError,
    Mark,
    Superseded,
    read_checkpoint,
    sign_checkpoint,
)
from services.receipt.checkpoints.comparison import Finding, RegisterState, compare
from services.receipt.checkpoints.notes import NoteError, Signed, note_key_id, read_note
from services.receipt.checkpoints.tree import (
    EMPTY_ROOT,
    Edge,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    node_hash,
    root_of,
)
from services.receipt.signatures.keyring import Keyring, VerifyingKey, algorithm_of, key_id_of

# The leaves and roots that implementations of RFC 6962 share (certificate-transparency, merkle_tree_test).
ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]

MOMENT = datetime(2026, 11, 28, 13, 30, 5, tzinfo=UTC)
MARK = Mark("1K26TAA", "0300942001", 1650, bytes(range(16)))

leaves = st.lists(st.binary(max_size=4), max_size=70).map(lambda entries: [leaf_hash(entry) for entry in entries])


def checkpoint(**changes: object) -> Checkpoint:
    values: dict[str, object] = {
        "name": "thungan/test", "epoch": 1, "size": 1650, "root": bytes(32), "moment": MOMENT, "marks": (MARK,),
    }  # fmt: skip
    return Checkpoint(**{**values, **changes})  # type: ignore[arg-type]


def known(key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> VerifyingKey:
    public = key.public_key()
    return VerifyingKey(key_id_of(public), algorithm_of(public), public, None, None)


def signature_of(key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey, text: bytes) -> bytes:
    """Sign as KeyFolder does: 64 bytes."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(text)
    r, s = decode_dss_signature(key.sign(text, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


KEY = ed25519.Ed25519PrivateKey.generate()
KEYRING = Keyring([known(KEY)])


def test_roots_are_those_of_the_vectors_of_rfc_6962() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert Edge().root == EMPTY_ROOT
    assert [root_of(LEAVES[: count + 1]).hex() for count in range(8)] == ROOTS


def test_proofs_are_those_of_the_vectors_of_rfc_6962() -> None:
    assert [item.hex() for item in inclusion_proof(LEAVES[:3], 1)] == [LEAVES[0].hex(), LEAVES[2].hex()]
    assert inclusion_proof(LEAVES, 5) == [
        LEAVES[4], node_hash(LEAVES[6], LEAVES[7]), node_hash(*(root_of(LEAVES[a : a + 2]) for a in (0, 2))),
    ]  # fmt: skip
    assert [item.hex() for item in consistency_proof(LEAVES, 1)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]


@given(leaves, leaves)
def test_an_edge_that_grows_has_the_root_of_the_whole_tree(first: list[bytes], second: list[bytes]) -> None:
    assert Edge().extended(first).extended(second) == Edge().extended(first + second)


@given(leaves.filter(bool), st.data())
def test_every_leaf_is_proved_and_no_other(tree: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(tree) - 1))
    path, root = inclusion_proof(tree, index), root_of(tree)

    assert is_included(tree[index], index, len(tree), path, root)
    assert not is_included(leaf_hash(b"another"), index, len(tree), path, root)
    assert not is_included(tree[index], index, len(tree), [*path, bytes(32)], root)
    assert not is_included(tree[index], index, len(tree), path, bytes(32))


@given(leaves.filter(bool), st.data())
def test_every_beginning_of_a_tree_is_proved_and_no_other(tree: list[bytes], data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(tree)))
    proof, root = consistency_proof(tree, size), root_of(tree)

    assert is_consistent(size, len(tree), root_of(tree[:size]), root, proof)
    assert not is_consistent(size, len(tree), bytes(32), root, proof)
    assert not is_consistent(size, len(tree), root_of(tree[:size]), root, [*proof, bytes(32)])


def test_the_note_in_the_specification_is_read_and_its_key_named_as_there() -> None:
    key = ed25519.Ed25519PublicKey.from_public_bytes(
        base64.b64decode("AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")[1:]
    )
    note = (
        "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Z"
        "tg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
    )
    keyring = Keyring([VerifyingKey(key_id_of(key), algorithm_of(key), key, None, None)])

    assert note_key_id("example.com/foo", key).hex() == "530d903a"
    assert read_note(note).signed("example.com/foo", keyring)[0] is Signed.BY_KNOWN_KEY
    assert read_note(note.replace("example m", "Example m")).signed("example.com/foo", keyring)[0] is Signed.WRONGLY
    assert read_note(note).signed("example.com/foo", KEYRING)[0] is Signed.BY_UNKNOWN_KEY


@pytest.mark.parametrize(
    "note", ["", "text\n", "text\n\nno signature\n", "text\n\n— a b c\n", "a\tb\n\n— a QUJDREVG\n"]
)
def test_what_is_no_signed_note_is_refused(note: str) -> None:
    with pytest.raises(NoteError):
        read_note(note)


def test_a_checkpoint_says_in_lines_how_far_each_series_has_come() -> None:
    whole = checkpoint(audit="ok 2026-11-28T02:00:00Z", epoch=2, superseded=Superseded(1, 1700, bytes(32)))

    assert whole.to_text().splitlines() == [
        "thungan/test/2",
        "1650",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "time 2026-11-28T13:30:05Z",
        "series 1K26TAA 0300942001 1650 000102030405060708090a0b0c0d0e0f",
        "audit ok 2026-11-28T02:00:00Z",
        "supersedes 1 1700 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    ]


@pytest.mark.parametrize("key", [KEY, ec.generate_private_key(ec.SECP256R1())])
def test_a_signed_checkpoint_is_read_as_it_was_written_with_either_kind_of_key(
    key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey,
) -> None:
    whole = checkpoint(audit="ok", superseded=Superseded(1, 3, bytes(32)))
    note = sign_checkpoint(whole, known(key), lambda text: signature_of(key, text))
    read = read_checkpoint(note, Keyring([known(key)]))

    assert (read.checkpoint, read.signed) == (whole, Signed.BY_KNOWN_KEY)
    assert read_checkpoint(note, KEYRING if key is not KEY else Keyring([])).signed is Signed.BY_UNKNOWN_KEY
    assert read_checkpoint(note.replace(" 1650 ", " 1649 "), Keyring([known(key)])).signed is Signed.WRONGLY


@pytest.mark.parametrize(
    ("old", "new"),
    [("/1\n", "\n"), ("1650\n", "01650\n"), ("AAA=", "AA=="), ("time 2026", "time x"), ("0c0d0e0f", "0c0d0e")],
)
def test_what_is_no_checkpoint_is_refused(old: str, new: str) -> None:
    note = sign_checkpoint(checkpoint(), known(KEY), KEY.sign)
    with pytest.raises(CheckpointError):
        read_checkpoint(note.replace(old, new), KEYRING)


def register(**changes: object) -> RegisterState:
    values: dict[str, object] = {
        "epoch": 1, "size": 1650, "root": bytes(32), "numbers": {"K26TAA": 1650},
        "links": {("K26TAA", 1650): MARK.link},
    }  # fmt: skip
    return RegisterState(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "finding"),
    [
        (register(), Finding.SAME_OR_NEWER),
        (register(numbers={"K26TAA": 1700}, size=1690), Finding.SAME_OR_NEWER),
        (register(epoch=2, size=0, numbers={}, links={}), Finding.SAME_OR_NEWER),
        (register(numbers={"K26TAA": 1649}, links={}), Finding.BEHIND),
        (register(numbers={}, links={}), Finding.BEHIND),
        (register(links={("K26TAA", 1650): bytes(16)}), Finding.DIFFERS),
        (register(root=bytes([1] * 32)), Finding.DIFFERS),
        (register(size=1600), Finding.LOG_BEHIND),
    ],
)
def test_a_register_is_compared_with_a_witness(state: RegisterState, finding: Finding) -> None:
    assert compare(state, checkpoint()).finding is finding


def test_a_register_that_was_restored_to_before_its_recovery_is_behind() -> None:
    assert compare(register(), checkpoint(epoch=2, size=0, marks=())).finding is Finding.BEHIND
