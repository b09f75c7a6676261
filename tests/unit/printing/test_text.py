import unicodedata

import pytest
from hypothesis import given

from shared.printing import Document, Text, render
from shared.printing.atlas import load_atlas
from shared.printing.text import NO_BREAK_SPACE, normalise, to_ascii, without_glyph
from tests.unit.printing.strategies import VIETNAMESE, texts

DRAWABLE = {*load_atlas().regular, "\n", NO_BREAK_SPACE}


@given(texts)
def test_all_that_is_left_can_be_drawn(text: str) -> None:
    assert set(normalise(text)) <= DRAWABLE


@given(texts)
def test_text_that_can_be_drawn_is_left_alone(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(texts)
def test_text_for_a_printers_own_letters_is_ascii(text: str) -> None:
    plain = to_ascii(text).replace(NO_BREAK_SPACE, " ").replace("\n", " ")
    assert all(" " <= character <= "~" for character in plain)


def test_decomposed_vietnamese_is_drawn_as_composed() -> None:
    for letter in VIETNAMESE:
        assert normalise(unicodedata.normalize("NFD", letter)) == letter
    composed = "Nguyễn Thị Ẩm Thực, Ấp Kênh Đứng"

    def document(text: str) -> Document:
        return Document(kind="test", title="t", blocks=(Text(text=text),))

    assert render(document(composed), 384) == render(document(unicodedata.normalize("NFD", composed)), 384)


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("Nguyễn\x1b@ Văn\x1dV\x00 A", "Nguyễn@ VănV A"),
        ("a\tb", "a    b"),
        ("a\r\nb\rc\u2028d\x85e", "a\nb\nc\nd\ne"),
        ("tiền 😀 mặt", "tiền □ mặt"),
        ("👩‍👩‍👧", "□□□"),
        ("日本", "Nhật Bản"),
        ("Trần Ký陳記(文明)", "Trần Ký Trần Ký(Văn Minh)"),
        ("陳1福A", "Trần 1 Phúc A"),
        ("㐀", "□"),
        ("e\u0302\u0323", "ệ"),
        ("ê\u200d\u0323", "ệ"),
        ("x\u0302", "x"),
        ("z\u0301\u0302\u0303", "z"),
        ("Y Ƀlưk Niê Kđăm", "Y Blưk Niê Kđăm"),
        ("H’ Êñuôl, Rơ\u0306n Ŏng, ê\u0306\u0300", "H’ Êñuôl, Rơn Ong, ề"),
        ("ǖ Ǎ č ŋ ħ", "ü A c n h"),
        ("ស្រី សុខា", "sri sokha"),
        ("ꨌꩌ", "cm"),
        ("Вan", "Van"),
        ("a\u0301\u0302\u0303\u0304\u0306", "á"),
        ("\u0301", "□"),
        ("zero\u200bwidth\ufeff\u00adsoft", "zerowidthsoft"),
        ("1.000\u202f₫", "1.000\u00a0₫"),
        ("2\u22122 \u2010 \u2011", "2-2 - -"),
        ("em\u2003space\u3000wide", "em space wide"),
        ("ＡＢ１２", "AB12"),
        ("ﬁ № ™", "fi No TM"),
        ("½ m² 30 °C ×", "½ m² 30 °C ×"),
        ("Müller Ångström Çelik", "Müller Ångström Çelik"),
    ],
)
def test_something_is_seen_where_something_was_written(written: str, drawn: str) -> None:
    assert normalise(written) == drawn


def test_every_latin_letter_is_drawn_as_a_letter() -> None:
    letters = [chr(point) for first, last in ((0xC0, 0x24F), (0x1E00, 0x1EFF)) for point in range(first, last + 1)]
    assert [letter for letter in letters if "□" in normalise(letter)] == []


def test_what_is_drawn_otherwise_is_named() -> None:
    assert without_glyph("Y Ƀlưk, Rơ\u0306n") == ({"Ƀ": "B", "ơ\u0306": "ơ"}, "")
    assert without_glyph("Nguyễn Văn Đức 陳 📍") == ({"陳": "Trần"}, "📍")
    assert without_glyph("T2–T7 07:00") == ({}, "")


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Đã thu đủ 1.113.426 ₫", "Da thu du 1.113.426 d"),
        ("NGUYỄN THỊ TUYẾT ÁNH", "NGUYEN THI TUYET ANH"),
        ("“Ấp” – 12 → 15 m² ½…", '"Ap" - 12 -> 15 m2 1/2...'),
        ("日本 😀", "Nhat Ban ?"),
    ],
)
def test_a_printers_own_letters_have_no_marks(written: str, plain: str) -> None:
    assert to_ascii(written) == plain
