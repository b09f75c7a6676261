"""The code that people type: forgiven as it is printed and typed, never taken for another one."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.receipt.signatures.lookup_codes import (
    LONGEST_TYPED,
    lookup_code,
    plain_lookup_code,
    read_typed_code,
)
from tests.unit.receipt.test_token import RAW, TEXT

CODE = lookup_code(RAW)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
raws = st.binary(min_size=1, max_size=40)


def test_a_code_is_that_of_earlier_receipts_with_a_check_character() -> None:
    assert len(CODE) == 17
    assert CODE[:-1] == plain_lookup_code(RAW)


@pytest.mark.parametrize(
    "change",
    [
        str.lower,
        lambda code: f" {code[:4]}-{code[4:8]} {code[8:]}",
        "\u200b".join,
        lambda code: f"{code[:8]}\u2013{code[8:]}",
        lambda code: f"Mã tra cứu: {code}",
        lambda code: f"https://thungan.example/R/{code}",
        lambda code: code[:-1],
        lambda code: "".join(chr(ord(letter) + 0xFEE0) for letter in code),
    ],
)
def test_a_code_may_be_typed_as_people_type(change: Callable[[str], str]) -> None:
    typed = read_typed_code(change(CODE))
    assert typed is not None
    assert not typed.mistyped
    assert CODE in typed.candidates


@given(raws)
def test_letters_that_look_like_digits_are_forgiven(raw: bytes) -> None:
    code = lookup_code(raw)
    for typed in (code.replace("O", "0"), code.replace("B", "8"), code.replace("I", "1"), code.replace("L", "1")):
        read = read_typed_code(typed)
        assert read is not None
        assert code in read.candidates


@pytest.mark.parametrize(
    ("typed", "meant"), [("Â", "AA"), ("đ", "DD"), ("ê", "EE"), ("Ô", "OO"), ("ơ", "OW"), ("ư", "W")]
)
def test_what_a_vietnamese_keyboard_makes_of_two_letters_is_read_as_them(typed: str, meant: str) -> None:
    plain = (meant + "GEZDGNBVGY3TQOJQ")[:16]
    read = read_typed_code(typed + plain[len(meant) :])
    assert read is not None
    assert plain in read.candidates


@given(raws, st.integers(0, 16), st.sampled_from(LETTERS))
def test_one_wrong_character_is_noticed(raw: bytes, position: int, letter: str) -> None:
    code = lookup_code(raw)
    read = read_typed_code(code[:position] + letter + code[position + 1 :])
    assert read is not None
    assert read.mistyped == (letter != code[position])


@given(raws, st.integers(0, 16), st.integers(0, 16))
def test_two_characters_that_changed_places_are_noticed(raw: bytes, one: int, other: int) -> None:
    code = lookup_code(raw)
    letters = list(code)
    letters[one], letters[other] = letters[other], letters[one]
    read = read_typed_code("".join(letters))
    assert read is not None
    assert read.mistyped == (code[one] != code[other])


@pytest.mark.parametrize("typed", ["HELLO", "Á" * 16, "-", "AAAA-BBBB-CCCC", "9" * 30, "!?"])
def test_what_can_be_no_code_is_mistyped(typed: str) -> None:
    read = read_typed_code(typed)
    assert read is not None
    assert read.mistyped


def test_a_token_is_no_typed_code() -> None:
    assert read_typed_code(TEXT) is None
    assert read_typed_code("A" * (LONGEST_TYPED + 1)) is None
    assert read_typed_code("   ") is None


@given(st.text(max_size=80))
def test_whatever_is_typed_is_read_or_is_none(typed: str) -> None:
    read = read_typed_code(typed)
    assert read is None or all(len(code) in (16, 17) for code in read.candidates)
