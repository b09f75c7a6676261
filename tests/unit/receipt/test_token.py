"""Signed tokens: one text for one token, and nothing altered goes unnoticed."""

import base64
from collections.abc import Callable
from dataclasses import replace

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from services.receipt.signatures.keyring import Keyring, VerifyingKey, algorithm_of, key_id_of
from services.receipt.signatures.token import (
    Algorithm,
    Claims,
    TokenError,
    TokenKind,
    parse,
    read_token,
    seal,
    to_text,
)
from services.receipt.verification.tokens import tokens_in, verify_token
from shared.contracts.receipt import CheckState

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
KEY = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY_ID = key_id_of(KEY.public_key())
KEYRING = Keyring([VerifyingKey(KEY_ID, Algorithm.EDDSA, KEY.public_key(), None, None)])
CLAIMS = Claims(
    issuer="0300942001-018",
    issued_at=1_794_467_112,
    symbol="1K26TAA",
    number=123,
    customer_code="PB14010012345",
    total=756_568,
    vat=56_042,
    vat_rates="8",
    periods=(2_026_101,),
    collector_code="TN014",
    previous=bytes(range(16)),
    content_hash=bytes(range(32)),
    kind=TokenKind.ORIGINAL,
)
RAW = seal(CLAIMS, KEY_ID, Algorithm.EDDSA, KEY.sign)
TEXT = to_text(RAW)

texts = st.text(max_size=20)
claims_of_any_kind = st.builds(
    Claims,
    issuer=texts,
    issued_at=st.integers(0, 2**33 - 1),
    symbol=texts,
    number=st.integers(1, 99_999_999),
    customer_code=texts,
    total=st.integers(-(10**12), 10**12),
    vat=st.integers(-(10**12), 10**12),
    vat_rates=texts,
    periods=st.lists(st.integers(0, 10**8), max_size=3).map(tuple),
    collector_code=st.none() | texts,
    previous=st.binary(min_size=16, max_size=16),
    content_hash=st.binary(min_size=32, max_size=32),
    kind=st.sampled_from(TokenKind),
    voids=st.none() | st.tuples(texts, st.integers(1, 99_999_999)),
)


def rebuilt(change: Callable[[list[object]], None]) -> bytes:
    """The token with its COSE array changed, and signed anew over what is there."""
    parts = list(cbor2.loads(RAW).value)
    change(parts)
    signed = cbor2.dumps(["Signature1", parts[0], b"", parts[2]], canonical=True)
    parts[3] = KEY.sign(signed) if parts[3] == RAW[-64:] else parts[3]
    return cbor2.dumps(cbor2.CBORTag(18, parts), canonical=True)


@given(claims_of_any_kind)
def test_what_is_signed_is_what_is_read(claims: Claims) -> None:
    raw = seal(claims, KEY_ID, Algorithm.EDDSA, KEY.sign)
    token = read_token(to_text(raw))
    assert token.claims == claims
    assert verify_token(to_text(raw), KEYRING).authentic


def test_a_token_fits_the_qr_code_that_58_mm_paper_carries_well() -> None:
    assert len(RAW) <= 220
    assert set(TEXT) <= set(ALPHABET)


@pytest.mark.parametrize("position", range(len(TEXT)))
def test_every_other_letter_at_every_position_is_caught(position: int) -> None:
    for letter in ALPHABET.replace(TEXT[position], ""):
        altered = TEXT[:position] + letter + TEXT[position + 1 :]
        assert not verify_token(altered, KEYRING).valid, (position, letter)


@settings(max_examples=300)
@given(st.integers(0, len(TEXT)), st.characters(), st.sampled_from(["replace", "insert", "delete", "swap"]))
def test_no_edit_by_one_character_is_taken_for_the_receipt(position: int, letter: str, edit: str) -> None:
    altered = {
        "replace": TEXT[:position] + letter + TEXT[position + 1 :],
        "insert": TEXT[:position] + letter + TEXT[position:],
        "delete": TEXT[:position] + TEXT[position + 1 :],
        "swap": TEXT[:position] + TEXT[position : position + 2][::-1] + TEXT[position + 2 :],
    }[edit]
    if altered.strip() != TEXT:
        assert not verify_token(altered, KEYRING).valid


@pytest.mark.parametrize(
    "scanned",
    [
        TEXT,
        f"HTTPS://THUNGAN.EXAMPLE/R/{TEXT}",
        f"https://thungan.example/r/{TEXT}",
        f"http://127.0.0.1:8080/R/{TEXT}\n",
        f"  {TEXT} ",
    ],
)
def test_a_token_is_read_from_its_text_and_from_the_address_around_it(scanned: str) -> None:
    assert read_token(scanned).raw == RAW


@pytest.mark.parametrize(
    "altered",
    [
        TEXT.lower(),
        TEXT[:-1] + TEXT[-1].lower(),
        TEXT + "=" * (-len(TEXT) % 8),
        TEXT + "A",
        "",
        "A" * 2001,
        "HTTPS://THUNGAN.EXAMPLE/R/",
        to_text(RAW + b"\x00"),
        to_text(RAW[:-1]),
        to_text(RAW[1:]),
        to_text(b"\xd9\x00\x12" + RAW[1:]),
    ],
    ids=[
        "lower case",
        "one small letter",
        "padding",
        "a letter more",
        "nothing",
        "too long",
        "address only",
        "a byte more",
        "a byte less",
        "no tag",
        "long form of the tag",
    ],
)
def test_a_second_form_of_the_same_token_is_refused(altered: str) -> None:
    report = verify_token(altered, KEYRING)
    assert report.states["canonical"] is CheckState.FAILED
    assert report.fields() == {}


def test_a_last_letter_with_stray_bits_is_refused() -> None:
    decoded = base64.b32decode(TEXT + "=" * (-len(TEXT) % 8))
    twins = [
        TEXT[:-1] + letter
        for letter in ALPHABET
        if base64.b32decode(TEXT[:-1] + letter + "=" * (-len(TEXT) % 8)) == decoded and letter != TEXT[-1]
    ]
    assert len(TEXT) % 8 != 0
    assert twins, "the standard library reads several last letters as the same bytes"
    for twin in twins:
        with pytest.raises(TokenError):
            read_token(twin)


def _repeat_a_claim(parts: list[object]) -> None:
    payload = parts[2]
    assert isinstance(payload, bytes)
    size = payload[0] & 0x1F
    parts[2] = bytes([0xA0 | size + 1]) + payload[1:] + cbor2.dumps(20) + cbor2.dumps(0)


def _reorder_claims(parts: list[object]) -> None:
    claims = CLAIMS.to_map()
    parts[2] = cbor2.dumps(dict(reversed(claims.items())))


def _header_with_content_type(parts: list[object]) -> None:
    parts[0] = cbor2.dumps({1: -8, 3: 60, 4: KEY_ID}, canonical=True)


def _unprotected_header(parts: list[object]) -> None:
    parts[1] = {4: KEY_ID}


def _boolean_number(parts: list[object]) -> None:
    parts[2] = cbor2.dumps(CLAIMS.to_map() | {11: True}, canonical=True)


def _tagged_amount(parts: list[object]) -> None:
    parts[2] = cbor2.dumps(CLAIMS.to_map() | {13: 2**70}, canonical=True)


def _missing_number(parts: list[object]) -> None:
    claims = CLAIMS.to_map()
    del claims[11]
    parts[2] = cbor2.dumps(claims, canonical=True)


@pytest.mark.parametrize(
    "change",
    [
        _repeat_a_claim,
        _reorder_claims,
        _header_with_content_type,
        _unprotected_header,
        _boolean_number,
        _tagged_amount,
        _missing_number,
    ],
)
def test_even_with_a_good_signature_another_structure_is_refused(change: Callable[[list[object]], None]) -> None:
    with pytest.raises(TokenError):
        parse(rebuilt(change))


def test_a_claim_of_a_later_version_does_not_stop_an_older_reader() -> None:
    def add_claim(parts: list[object]) -> None:
        parts[2] = cbor2.dumps(CLAIMS.to_map() | {99: "later"}, canonical=True)

    assert verify_token(to_text(rebuilt(add_claim)), KEYRING).valid


@pytest.mark.parametrize(
    "bomb",
    [
        bytes.fromhex("c5821b00ffffffffffff03"),
        bytes.fromhex("c4821b00ffffffffffff03"),
        bytes.fromhex("c249") + b"\x01" + bytes(8),
        b"\x81" * 1000,
        b"\x9f" * 1000,
        bytes.fromhex("5b7fffffffffffffff"),
        bytes.fromhex("bb7fffffffffffffff"),
    ],
    ids=["big float", "decimal", "big number", "deep", "endless", "huge bytes", "huge map"],
)
def test_hostile_cbor_is_refused_without_acting_on_it(bomb: bytes) -> None:
    with pytest.raises(TokenError):
        parse(bomb)


@settings(max_examples=500)
@given(st.binary(max_size=300))
def test_random_bytes_are_an_answer_and_never_an_error(raw: bytes) -> None:
    assert not verify_token(to_text(raw), KEYRING).valid


@settings(max_examples=300)
@given(st.text(max_size=400))
def test_random_text_is_an_answer_and_never_an_error(text: str) -> None:
    assert not verify_token(text, KEYRING).valid


def test_es256_is_verified_with_a_p256_key() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    key_id = key_id_of(key.public_key())
    raw = seal(CLAIMS, key_id, Algorithm.ES256, lambda message: es256(key, message))
    keyring = Keyring([VerifyingKey(key_id, algorithm_of(key.public_key()), key.public_key(), None, None)])
    assert verify_token(to_text(raw), keyring).valid
    assert not verify_token(to_text(raw[:-1] + bytes([raw[-1] ^ 1])), keyring).valid


def es256(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


def test_a_token_cannot_choose_another_algorithm_than_its_key_has() -> None:
    raw = seal(CLAIMS, KEY_ID, Algorithm.ES256, KEY.sign)
    report = verify_token(to_text(raw), KEYRING)
    assert report.states["key_known"] is CheckState.PASSED
    assert report.states["signature"] is CheckState.FAILED


def test_when_two_keys_have_the_same_id_both_are_tried() -> None:
    unrelated = ed25519.Ed25519PrivateKey.generate().public_key()
    keyring = Keyring(
        [
            VerifyingKey(KEY_ID, Algorithm.EDDSA, unrelated, None, None),
            VerifyingKey(KEY_ID, Algorithm.EDDSA, KEY.public_key(), None, None),
        ]
    )
    assert verify_token(TEXT, keyring).valid


def test_an_unknown_key_is_reported_as_unknown_and_the_signature_not_checked() -> None:
    report = verify_token(TEXT, Keyring([]))
    assert report.states["key_known"] is CheckState.FAILED
    assert report.states["signature"] is CheckState.NOT_CHECKED
    assert not report.valid


def test_a_changed_amount_is_shown_but_not_vouched_for() -> None:
    parts = list(cbor2.loads(RAW).value)
    parts[2] = cbor2.dumps(replace(CLAIMS, total=1).to_map(), canonical=True)
    report = verify_token(to_text(cbor2.dumps(cbor2.CBORTag(18, parts), canonical=True)), KEYRING)
    assert report.states["signature"] is CheckState.FAILED
    assert report.fields()["Số tiền đã thu"] == "1 ₫"


def test_tokens_are_found_in_files_and_a_damaged_one_is_not_passed_over() -> None:
    damaged = TEXT[:100].lower() + TEXT[100:]
    text = f"{TEXT}\n\nHTTPS://THUNGAN.EXAMPLE/R/{TEXT}\nreceipt 1: {TEXT}\n{damaged}\nnothing here\n"
    assert tokens_in(text) == [TEXT, f"HTTPS://THUNGAN.EXAMPLE/R/{TEXT}", TEXT, damaged]


PUBLISHED_TOKEN = (
    "2KCETIQBE4CEJICQQN62AWEEVUAW4MBTGAYDSNBSGAYDCLJQGE4AMGTK6VSSQCTHGFFTENSUIFAQWGD3BRWVAQRRGQYDCMBQGEZD"
    "GNBVBUNAAC4LLAHBTWXKB5QTQEEBDIAB52TVCFSVITRQGE2BEUAAAEBAGBAFAYDQQCIKBMGA2DQPCNMCAAABAIBQIBIGA4EASCQL"
    "BQGQ4DYQCEJBGFAVCYLRQGI2DMOB2HQ7CQAFQQFVTDQXYUBFXCWQVURXY7OUL26WPSPFFBGRCHHGA53GAKN7DMVWF3S2DNU2BOFY"
    "VGRUYWTA4DWS7DOFHS2LBNMF7EQXH6EFTRERUL6AS"
)
"""Also verified with cwt 3.3.0, pycose 1.1.0 and @auth0/cose 1.0.2: paper must stay readable for ten years."""


def test_a_token_is_written_and_read_as_in_the_first_version() -> None:
    assert TEXT == PUBLISHED_TOKEN
    assert read_token(PUBLISHED_TOKEN).claims == CLAIMS
