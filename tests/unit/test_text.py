"""Vietnamese text is the same text however it was typed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.text import (
    escaped,
    has_control_characters,
    is_readable,
    plain_code,
    plain_signs,
    search_key,
    tidy,
    without_accents,
)

VIETNAMESE = "".join(
    base_letter
    for base in "aăâeêioôơuưy"
    for base_letter in [unicodedata.normalize("NFC", base + mark) for mark in ("", "̀", "́", "̉", "̃", "̣")]
)
LETTERS = VIETNAMESE + VIETNAMESE.upper() + "đĐ"


def test_there_are_134_accented_letters_and_each_loses_its_accent() -> None:
    accented = {letter for letter in LETTERS if not letter.isascii()}
    assert len(accented) == 134
    for letter in accented:
        bare = without_accents(letter)
        assert bare.isascii()
        assert len(bare) == 1
        assert bare.isupper() == letter.isupper()


@given(st.text(alphabet=LETTERS + " ", max_size=200))
def test_a_text_typed_in_parts_is_the_same_as_one_typed_composed(text: str) -> None:
    parts = unicodedata.normalize("NFD", text)
    assert without_accents(parts) == without_accents(text)
    assert search_key(parts) == search_key(text)
    assert tidy(parts) == tidy(text)


@given(st.text(max_size=200))
def test_a_search_key_holds_only_words_of_letters_and_digits(text: str) -> None:
    key = search_key(text)
    assert key == search_key(key)
    assert all(word.isascii() and word.isalnum() and word == word.lower() for word in key.split(" ") if key)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Nguyễn Thị Hạnh", "Nguyen Thi Hanh"),
        ("Đặng Thùy Dương", "Dang Thuy Duong"),
        ("871.020₫", "871.020d"),
        ("Y Ƀlưk Ŏng, Rơ\u0306n, Łódź", "Y Bluk Ong, Ron, Lodz"),
        ("Ðà Nẵng", "Da Nang"),
        ("", ""),
    ],
)
def test_accents_go_and_everything_else_stays(text: str, bare: str) -> None:
    assert without_accents(text) == bare


def test_a_search_key_has_single_blanks_and_no_signs() -> None:
    assert search_key("  12/4A, đường Lê-Lợi ;P.5 ") == "12 4a duong le loi p 5"


def test_tidying_joins_blanks_and_drops_what_cannot_be_seen() -> None:
    assert tidy("\ufeff Lê \u00a0\t Lợi\u200b\ufe0f\u3164 ") == "Lê Lợi"


def test_codes_are_written_with_the_signs_of_ascii() -> None:
    assert plain_signs(" ０９１２\u2013345\u2011678\u200b") == "0912-345-678"


def test_a_control_character_is_noticed_and_a_tab_is_not_one() -> None:
    assert has_control_characters("Lê\x1b@Lợi")
    assert has_control_characters("Lê\x00")
    assert not has_control_characters("Lê\tLợi\n")


UNSEEN = ["\x00", "\x1b", "\x7f", "\x85", "\x9b", "\xad", "\u061c", "\u200b", "\u200d", "\u200e", "\u200f", "\u2028"]
UNSEEN += ["\u202a", "\u202e", "\u2060", "\u2066", "\u2069", "\u3164", "\ue000", "\ufeff", "\ufffd", "\U000e0041"]
UNSEEN += ["\u2800", "\ufdd0"]


@pytest.mark.parametrize("letter", UNSEEN)
def test_a_text_with_something_that_cannot_be_seen_is_not_readable_and_is_written_out_for_a_terminal(
    letter: str,
) -> None:
    assert not is_readable(f"Máy{letter}1")
    shown = escaped(f"Máy{letter}1")
    assert is_readable(shown)
    assert shown.startswith("Máy\\")


@pytest.mark.parametrize("mark", ["\u0301", "\u20dd", "\u0e49", "\ufe0f"])
def test_no_text_stacks_more_than_three_marks_on_a_letter(mark: str) -> None:
    assert is_readable(f"a{mark * 3}b{mark * 3}")
    assert not is_readable(f"a{mark * 4}b")
    assert is_readable(escaped(f"a{mark * 30}b"))


@pytest.mark.parametrize("typed", ["TN001", "tn001", " tn 001 ", "ＴＮ００１", "T N\u00a0001\u200b"])
def test_a_code_is_one_however_it_was_typed(typed: str) -> None:
    assert plain_code(typed) == "TN001"


@pytest.mark.parametrize("text", ["Máy của chị Bưởi", "Nguye\u0302\u0303n", "đồng ₫ · – … 😀 ❤\ufe0f", "Kʹbuôr Ƀ̆ Êđê"])
def test_a_text_in_any_script_is_readable(text: str) -> None:
    assert is_readable(text)
    assert escaped(text) == text
