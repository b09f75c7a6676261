"""Texts in encodings before Unicode are recognised by their words, and real names are left alone."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.csv_files.legacy import as_western_text, legacy_readings
from shared.csv_files.syllables import is_syllable


@pytest.mark.parametrize(
    ("encoding", "written", "meant"),
    [
        ("TCVN3", "NguyÔn V¨n §øc", "Nguyễn Văn Đức"),
        ("TCVN3", "NGUYÔN V¡N §øC", "NGUYỄN VĂN ĐỨC"),
        ("TCVN3", "TrÇn ThÞ Hµ", "Trần Thị Hà"),
        ("TCVN3", "Sè 12 ®\u00adêng Lý Th\u00adêng KiÖt, khãm 8", "Số 12 đường Lý Thường Kiệt, khóm 8"),
        ("VNI", "Nguyeãn Vaên Ñöùc", "Nguyễn Văn Đức"),
        ("VNI", "LEÂ THÒ HOÀNG", "LÊ THỊ HỒNG"),
        ("VNI", "Leâ Lôïi, phöôøng 5", "Lê Lợi, phường 5"),
        ("VISCII", "Nguy\u00adn Vån ÐÑc", "Nguyễn Văn Đức"),
        ("VISCII", "L\x06M TH\u0098 NH\x06N", "LẪM THỊ NHẪN"),
        ("VISCII", as_western_text(b"S\xaf 7 \xf0\xdf\xb6ng Tr\xa5n H\xdfng \xd0\xd5o"), "Số 7 đường Trần Hưng Đạo"),
        (
            "UTF-8 that was read as Western text",
            as_western_text("Nguyễn Thị Hạnh, Đầm Dơi".encode()),
            "Nguyễn Thị Hạnh, Đầm Dơi",
        ),
        (
            "Windows-1258",
            as_western_text("Nguyê\u0303n Thi\u0323 Hạnh".replace("ạ", "a\u0323").encode("cp1258")),
            "Nguyễn Thị Hạnh",
        ),
    ],
)
def test_a_text_in_an_old_encoding_has_its_reading(encoding: str, written: str, meant: str) -> None:
    assert [(reading.encoding, reading.text) for reading in legacy_readings(written)] == [(encoding, meant)]


@pytest.mark.parametrize(
    "text",
    [
        "Nguyễn Văn Đức",
        "Y Luk Êban",
        "Y Thanh Niê",
        "H\u2019 Ƀlưk Niê Kđăm",
        "Thạch Sà Rươl",
        "Danh Út",
        "Rơ̆n Châm",
        "Café Müller & Söhne",
        "Đoàn Ñông",
        "Ðặng Văn Ðức",
        "Ðào Thanh Hà",
        "ẤP ÐÁ BẠC",
        "“Ấp” – 12 → 15 m² ½…",
        "Điện lực Cà Mau, đường Nguyễn Tất Thành",
        "陳文林",
    ],
)
def test_a_name_as_it_is_has_none(text: str) -> None:
    assert legacy_readings(text) == []


@pytest.mark.parametrize(
    "word",
    ["Nguyễn", "Giếng", "gì", "Quốc", "khuỷu", "Nghiêng", "Hoà", "hòa", "Thuý", "Xoong", "Ơn", "yêu", "đ", "Huỳnh"],
)
def test_vietnamese_words_are_syllables(word: str) -> None:
    assert is_syllable(word)
    assert is_syllable(unicodedata.normalize("NFD", word))
    assert is_syllable(word.upper())


@given(st.text(max_size=60))
def test_any_text_has_readings_that_are_texts_or_none(text: str) -> None:
    assert all(reading.text != text for reading in legacy_readings(text))


@pytest.mark.parametrize("is_western", [False, True])
def test_a_text_with_readings_of_frequent_words_and_of_others_is_the_frequent_one(is_western: bool) -> None:
    # In VISCII it would be Trẵn Thỡ Hộ.
    assert [item.text for item in legacy_readings("TrÇn ThÞ Hµ", is_western=is_western)] == ["Trần Thị Hà"]


def test_a_text_of_which_two_encodings_make_frequent_words_has_both_readings() -> None:
    both = [(item.encoding, item.text) for item in legacy_readings("Cao Anh Yªn")]
    assert both == [("TCVN3", "Cao Anh Yên"), ("VISCII", "Cao Anh Yến")]


def test_a_text_that_old_bytes_spell_as_it_stands_is_a_reading_of_its_own() -> None:
    assert legacy_readings("Lâm Hoàng") == []
    assert "Lâm Hoàng" in {item.text for item in legacy_readings("Lâm Hoàng", is_western=True)}


def test_signs_beside_words_are_no_letters_of_an_old_encoding() -> None:
    [reading] = legacy_readings("“Qu¸n” NguyÔn V¨n §øc – 60 m²")
    assert reading.text == "“Quán” Nguyễn Văn Đức – 60 m²"
