from dataclasses import replace

import pytest

from services.receipt.signatures.chain import first_break, first_link, link_of
from services.receipt.signatures.token import Algorithm, Claims, Token, TokenKind, parse, seal
from tests.unit.receipt.test_token import CLAIMS, KEY, KEY_ID

ISSUER, SYMBOL = CLAIMS.issuer, CLAIMS.symbol


def signed(claims: Claims) -> Token:
    return parse(seal(claims, KEY_ID, Algorithm.EDDSA, KEY.sign))


def chain_of(count: int) -> list[Token]:
    tokens: list[Token] = []
    previous = first_link(ISSUER, SYMBOL)
    for number in range(1, count + 1):
        kind = TokenKind.VOID if number % 4 == 0 else TokenKind.ORIGINAL
        claims = replace(CLAIMS, number=number, previous=previous, kind=kind, issued_at=CLAIMS.issued_at + number // 2)
        tokens.append(signed(claims))
        previous = link_of(tokens[-1].raw)
    return tokens


def test_a_whole_chain_has_no_break() -> None:
    assert first_break(ISSUER, SYMBOL, chain_of(20)) is None
    assert first_break(ISSUER, SYMBOL, []) is None


@pytest.mark.parametrize("removed", range(9))
def test_a_removed_receipt_is_found_where_it_is_missing(removed: int) -> None:
    tokens = chain_of(10)
    del tokens[removed]
    found = first_break(ISSUER, SYMBOL, tokens)
    assert found is not None
    assert found.number == removed + 1


def test_two_exchanged_receipts_are_found() -> None:
    tokens = chain_of(10)
    tokens[3], tokens[4] = tokens[4], tokens[3]
    found = first_break(ISSUER, SYMBOL, tokens)
    assert found is not None
    assert found.number == 4


def test_a_receipt_rewritten_with_the_real_key_is_found_at_the_one_behind_it() -> None:
    tokens = chain_of(10)
    tokens[5] = signed(replace(tokens[5].claims, total=1))
    found = first_break(ISSUER, SYMBOL, tokens)
    assert found is not None
    assert found.number == 7


def test_a_chain_cannot_be_taken_for_that_of_another_series() -> None:
    found = first_break(ISSUER, "1K27TAA", chain_of(3))
    assert found is not None
    assert found.number == 1
    assert first_link(ISSUER, "1K26TAA") != first_link(ISSUER, "1K27TAA") != first_link("other", "1K27TAA")


def test_time_never_runs_backwards_in_a_chain() -> None:
    first = chain_of(1)[0]
    earlier = replace(CLAIMS, number=2, previous=link_of(first.raw), issued_at=CLAIMS.issued_at - 1)
    found = first_break(ISSUER, SYMBOL, [first, signed(earlier)])
    assert found is not None
    assert "older" in found.cause
