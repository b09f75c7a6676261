"""Money: whole đồng, halves away from zero, and amounts as receipts print them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.money import format_dong, format_number, percent_of, round_half_up
from shared.money_words import VietnameseStyle, amount_in_words


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0.5", 1), ("1.5", 2), ("2.5", 3), ("2.4999", 2), ("-2.5", -3), ("-0.4", 0), ("42597.5", 42598)],
)
def test_halves_are_rounded_away_from_zero(value: str, expected: int) -> None:
    assert round_half_up(Decimal(value)) == expected


def test_a_float_is_refused() -> None:
    with pytest.raises(TypeError):
        round_half_up(2.5)  # type: ignore[arg-type]


@pytest.mark.parametrize(("pre_vat", "vat"), [(38725, 3873), (135050, 13505), (830905, 83091), (768145, 76815)])
def test_vat_of_real_bills_that_bankers_rounding_gets_wrong(pre_vat: int, vat: int) -> None:
    assert percent_of(pre_vat, Decimal(10)) == vat


@given(st.integers(-(10**13), 10**13), st.integers(-(10**5), 10**5), st.integers(0, 3))
def test_a_percentage_is_rounded_as_a_decimal_is(amount: int, percent: int, places: int) -> None:
    exact = Decimal(percent).scaleb(-places)
    assert percent_of(amount, exact) == round_half_up(amount * exact / 100)


def test_an_amount_prints_with_dots_and_the_sign() -> None:
    assert format_dong(871020) == "871.020 ₫"
    assert format_dong(-1500) == "-1.500 ₫"
    assert format_number(1234567890) == "1.234.567.890"
    assert format_number(0) == "0"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "Không đồng"),
        (5, "Năm đồng"),
        (10, "Mười đồng"),
        (11, "Mười một đồng"),
        (14, "Mười bốn đồng"),
        (15, "Mười lăm đồng"),
        (20, "Hai mươi đồng"),
        (21, "Hai mươi mốt đồng"),
        (25, "Hai mươi lăm đồng"),
        (100, "Một trăm đồng"),
        (101, "Một trăm lẻ một đồng"),
        (105, "Một trăm lẻ năm đồng"),
        (110, "Một trăm mười đồng"),
        (1_000, "Một nghìn đồng"),
        (1_001, "Một nghìn không trăm lẻ một đồng"),
        (1_015, "Một nghìn không trăm mười lăm đồng"),
        (384_912, "Ba trăm tám mươi bốn nghìn chín trăm mười hai đồng"),
        (871_020, "Tám trăm bảy mươi mốt nghìn không trăm hai mươi đồng"),
        (1_000_000, "Một triệu đồng"),
        (1_005_000, "Một triệu không trăm lẻ năm nghìn đồng"),
        (1_000_005, "Một triệu không trăm lẻ năm đồng"),
        (2_000_000_000, "Hai tỷ đồng"),
        (1_000_000_021, "Một tỷ không trăm hai mươi mốt đồng"),
        (3_000_000_000_000, "Ba nghìn tỷ đồng"),
        (1_000_500_000_000_000, "Một triệu năm trăm tỷ đồng"),
        (-384_912, "Âm ba trăm tám mươi bốn nghìn chín trăm mười hai đồng"),
    ],
)
def test_amounts_in_vietnamese_words(amount: int, words: str) -> None:
    assert amount_in_words(amount) == words


def test_the_words_of_the_north_and_of_speech_can_be_chosen() -> None:
    style = VietnameseStyle(zero_tens="linh", final_four="tư", thousand="ngàn", billion="tỉ")
    assert amount_in_words(1_024_104, style=style) == "Một triệu không trăm hai mươi tư ngàn một trăm linh bốn đồng"
    assert amount_in_words(14_000_000_000, style=style) == "Mười bốn tỉ đồng"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "Zero Vietnamese dong"),
        (384_912, "Three hundred eighty-four thousand nine hundred twelve Vietnamese dong"),
        (1_000_021, "One million twenty-one Vietnamese dong"),
        (-90, "Minus ninety Vietnamese dong"),
    ],
)
def test_amounts_in_english_words(amount: int, words: str) -> None:
    assert amount_in_words(amount, "en") == words


def read_vietnamese(words: str) -> int:
    """Read an amount in words as a person would, to check the writer with something that is not the writer."""
    ones = dict(zip(["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"], range(10), strict=True))
    ones |= {"mốt": 1, "lăm": 5}
    sign, total, billions, group, digit = 1, 0, 0, 0, 0
    for word in words.lower().removesuffix(" đồng").split():
        if word == "âm":
            sign = -1
        elif word in ones:
            digit = ones[word]
        elif word == "lẻ":
            digit = 0
        elif word in {"trăm", "mươi"}:
            group += digit * {"trăm": 100, "mươi": 10}[word]
            digit = 0
        elif word == "mười":
            group, digit = group + 10, 0
        elif word == "tỷ":
            billions, total = (billions + total + group + digit) * 10**9, 0
            group = digit = 0
        else:
            total += (group + digit) * {"nghìn": 1000, "triệu": 10**6}[word]
            group = digit = 0
    return sign * (billions + total + group + digit)


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_words_say_exactly_the_amount(amount: int) -> None:
    assert read_vietnamese(amount_in_words(amount)) == amount
