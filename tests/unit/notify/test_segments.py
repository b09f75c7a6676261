"""How many segments an SMS takes."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smpplib.gsm import GSM_CHARACTER_TABLE

from services.notify.texts.segments import Encoding, encode_parts, gsm7_only, is_gsm7, measure


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", Encoding.GSM7, 0, 1),
        ("a" * 160, Encoding.GSM7, 160, 1),
        ("a" * 161, Encoding.GSM7, 161, 2),
        ("a" * 306, Encoding.GSM7, 306, 2),
        ("a" * 307, Encoding.GSM7, 307, 3),
        ("ă" * 70, Encoding.UCS2, 70, 1),
        ("ă" * 71, Encoding.UCS2, 71, 2),
        ("ă" * 134, Encoding.UCS2, 134, 2),
        ("ă" * 135, Encoding.UCS2, 135, 3),
        ("Tiền điện", Encoding.UCS2, 9, 1),
        ("Tien dien {x}", Encoding.GSM7, 15, 1),
        ("€" * 80, Encoding.GSM7, 160, 1),
        ("€" * 81, Encoding.GSM7, 162, 2),
        ("😀" * 35, Encoding.UCS2, 70, 1),
        ("😀" * 36, Encoding.UCS2, 72, 2),
    ],
)
def test_units_and_segments(text: str, encoding: Encoding, units: int, segments: int) -> None:
    measured = measure(text)
    assert (measured.encoding, measured.units, measured.segments) == (encoding, units, segments)


def test_an_extension_character_is_not_cut_in_two() -> None:
    """152 septets and an escape sequence do not fill a part of 153: the sequence goes to the next part."""
    assert measure("a" * 152 + "€" + "a" * 152).segments == 3
    assert measure("a" * 151 + "€" + "a" * 153).segments == 2


def test_a_surrogate_pair_is_not_cut_in_two() -> None:
    assert measure("ă" * 66 + "😀" + "ă" * 66).segments == 3


def test_only_six_accented_vietnamese_letters_are_in_gsm7() -> None:
    letters = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
    assert [letter for letter in letters if is_gsm7(letter)] == ["à", "è", "é", "ì", "ò", "ù"]


@given(st.text())
def test_decomposed_text_is_measured_as_composed_text(text: str) -> None:
    assert measure(unicodedata.normalize("NFD", text)) == measure(unicodedata.normalize("NFC", text))


@given(st.text())
def test_what_is_left_after_filtering_is_gsm7_on_one_line(text: str) -> None:
    filtered = gsm7_only(text)
    assert measure(filtered).encoding is Encoding.GSM7
    assert "\n" not in filtered
    assert "\r" not in filtered


@given(st.text(alphabet="ab€{đ😀", max_size=900))
def test_segments_have_room_for_the_text_and_waste_less_than_one_unit_each(text: str) -> None:
    size = measure(text)
    room = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}[size.encoding]
    if size.segments == 1:
        assert size.units <= room[0]
    else:
        assert size.units > room[0]
        assert (size.segments - 1) * (room[1] - 1) < size.units <= size.segments * room[1]


def read_gsm7(octets: bytes) -> str:
    """Read unpacked GSM-7 by the table of another library (which has no form feed and two unused escapes)."""
    codes, text = iter(octets), ""
    for code in codes:
        text += GSM_CHARACTER_TABLE[next(codes) + 0x80 if code == 0x1B else code]
    return text


GSM7_LETTERS = "".join(letter for letter in GSM_CHARACTER_TABLE if letter not in "`\x1b")


@given(st.text(alphabet=GSM7_LETTERS, max_size=900))
def test_gsm7_parts_are_read_by_another_library_as_the_text(text: str) -> None:
    encoding, parts = encode_parts(text)

    assert encoding is Encoding.GSM7
    assert "".join(map(read_gsm7, parts)) == unicodedata.normalize("NFC", text)


@given(st.text(alphabet="aăếđ😀€~ ", max_size=900).map(lambda text: text + "đ"))
def test_ucs2_parts_are_whole_characters_and_the_text(text: str) -> None:
    encoding, parts = encode_parts(text)

    assert encoding is Encoding.UCS2
    assert "".join(part.decode("utf-16-be") for part in parts) == unicodedata.normalize("NFC", text)


@given(st.text(alphabet="ab€{~", max_size=900) | st.text(alphabet="aă😀", max_size=900))
def test_there_are_as_many_parts_as_were_measured_and_each_has_room(text: str) -> None:
    encoding, parts = encode_parts(text)

    assert len(parts) == measure(text).segments
    limit = {Encoding.GSM7: (160, 153), Encoding.UCS2: (140, 134)}[encoding][len(parts) > 1]
    assert all(len(part) <= limit for part in parts)
