from dataclasses import replace

from services.receipt.signatures.chain import first_link, link_of
from services.receipt.signatures.token import Algorithm, Claims, Token, parse, seal
from tests.unit.receipt.test_token import CLAIMS, KEY, KEY_ID


def signed(claims: Claims) -> Token:
    return parse(seal(claims, KEY_ID, Algorithm.EDDSA, KEY.sign))


def test_a_chain_cannot_be_taken_for_that_of_another_series() -> None:
    assert (
        first_link(CLAIMS.issuer, "1K26TAA") != first_link(CLAIMS.issuer, "1K27TAA") != first_link("other", "1K27TAA")
    )


def test_a_receipt_rewritten_with_the_real_key_has_another_link() -> None:
    assert link_of(signed(CLAIMS).raw) == link_of(signed(CLAIMS).raw)
    assert link_of(signed(CLAIMS).raw) != link_of(signed(replace(CLAIMS, total=1)).raw)
