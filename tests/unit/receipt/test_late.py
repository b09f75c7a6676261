"""A signature over a range of receipts stands for each of them, and for no others."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from services.receipt.late_signer import ranges
from services.receipt.receipts.patience import SignerPatience
from services.receipt.signatures.chain import first_link, link_of
from services.receipt.signatures.keyring import Keyring, verifying_key
from services.receipt.signatures.late import read_range, sign_range
from services.receipt.signatures.token import (
    Algorithm,
    Claims,
    TokenError,
    TokenKind,
    parse,
    seal_unsigned,
    to_text,
)
from services.receipt.store.late_signatures import Waiting
from services.receipt.verification.tokens import verify_token

SELLER, SYMBOL = "0300942001", "BN26-AA"
MOMENT = datetime(2026, 11, 30, 5, tzinfo=UTC)
PRIVATE = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
KEY = verifying_key(PRIVATE.public_key())


def chained(count: int) -> list[bytes]:
    tokens: list[bytes] = []
    for number in range(1, count + 1):
        claims = Claims(
            issuer=SELLER,
            issued_at=int(MOMENT.timestamp()),
            symbol=SYMBOL,
            number=number,
            customer_code="PB14010012345",
            total=1000,
            vat=0,
            vat_rates="8",
            periods=(2026101,),
            collector_code=None,
            previous=link_of(tokens[-1]) if tokens else first_link(SELLER, SYMBOL),
            content_hash=bytes(32),
            kind=TokenKind.ORIGINAL,
        )
        tokens.append(seal_unsigned(claims))
    return tokens


def signed(tokens: list[bytes]) -> bytes:
    numbers = (1, len(tokens))
    return sign_range(SELLER, SYMBOL, numbers, link_of(tokens[-1]), MOMENT, (KEY.key_id, Algorithm.EDDSA), PRIVATE.sign)


def test_a_signature_over_a_range_covers_each_receipt_of_it() -> None:
    tokens = chained(4)
    found = read_range(signed(tokens))
    assert (found.issuer, found.symbol, found.first, found.last, found.signed_at) == (SELLER, SYMBOL, 1, 4, MOMENT)
    assert found.is_genuine(Keyring([KEY]))
    assert not found.is_genuine(Keyring([]))
    assert all(found.covers(tokens[place:]) for place in range(4))
    assert not found.covers(tokens[:3])
    assert not found.covers([tokens[0], tokens[2], tokens[3]])
    assert not found.covers([])


def test_a_changed_signature_is_no_signature() -> None:
    message = signed(chained(2))
    for place in (10, len(message) // 2, len(message) - 1):
        changed = bytearray(message)
        changed[place] ^= 1
        try:
            assert not read_range(bytes(changed)).is_genuine(Keyring([KEY]))
        except TokenError:
            continue


@pytest.mark.parametrize("raw", [b"", b"\x00", chained(1)[0]])
def test_what_is_no_signature_over_a_range_is_refused(raw: bytes) -> None:
    with pytest.raises(TokenError):
        read_range(raw)


def test_a_token_without_a_signature_is_not_believed_without_the_register() -> None:
    token = chained(1)[0]
    assert parse(token).is_unsigned
    report = verify_token(to_text(token), Keyring([KEY]))
    assert not report.valid
    assert not report.authentic


def test_numbers_that_follow_one_another_are_signed_together() -> None:
    waiting = [
        Waiting(series, number, SYMBOL, SELLER, b"") for series, number in (("A", 1), ("A", 2), ("A", 4), ("B", 5))
    ]
    assert [[each.number for each in part] for part in ranges(waiting)] == [[1, 2], [4], [5]]
    assert list(ranges([])) == []


def test_a_signer_that_is_away_for_a_moment_is_waited_for() -> None:
    now = 100.0
    patience = SignerPatience(timedelta(seconds=60), lambda: now)
    assert not patience.is_over()
    now = 159.0
    assert not patience.is_over()
    now = 160.0
    assert patience.is_over()
    patience.signed()
    assert not patience.is_over()
    assert not SignerPatience(None, lambda: now).is_over()
