"""What was typed is understood as a code, as digits, or as words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customer.search.query import (
    MOST_WORDS,
    QueryKind,
    classify,
    code_slips,
    digit_slips,
    mentioned,
    word_slips,
)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("PB14010012345", "PB14010012345"),
        ("pb1401", "PB1401"),
        ("PB14 0100 12345", "PB14010012345"),
        ("pb14.01.0012345", "PB14010012345"),
        ("PA03HL0012345", "PA03HL0012345"),
        ("A1234567", "A1234567"),
    ],
)
def test_letters_with_digits_are_a_code(typed: str, text: str) -> None:
    query = classify(typed)
    assert (query.kind, query.text) == (QueryKind.CODE, text)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("0912\u200b345678", "0912345678"),
        ("\u202a0912\u2011345\u2013678\u202c", "0912345678"),
        ("０９１２３４５６７８", "0912345678"),
        ("0912 345 678", "0912345678"),
        ("+84 912-345-678", "84912345678"),
        ("4321", "4321"),
        ("678", "678"),
    ],
)
def test_digits_are_the_number_of_a_phone_or_a_meter(typed: str, text: str) -> None:
    query = classify(typed)
    assert (query.kind, query.text) == (QueryKind.DIGITS, text)


@pytest.mark.parametrize(
    "typed", ["Nguyễn Thị Hạnh", "ng.t.hanh", "12 Lê Lợi", "phường 5", "12", "k3", "5a", "P. Nguyễn 12345"]
)
def test_everything_else_is_words(typed: str) -> None:
    assert classify(typed).kind is QueryKind.WORDS


def test_what_chats_and_old_fonts_leave_in_a_text_does_not_hide_the_customer() -> None:
    assert classify("PB14010\u200b012345").text == "PB14010012345"
    assert classify("Nguyễn\u00a0Thị Hạ\u200dnh").words == ("nguyen", "thi", "hanh")
    assert classify("NguyÔn ThÞ H¹nh").words == classify("Nguyeãn Thò Haïnh").words == ("nguyen", "thi", "hanh")
    assert classify("📞 0912 345 678 ❤️").text == "0912345678"
    assert classify("陳文明").words == ("tran", "van", "minh")
    assert classify("ស្រី").words == ("sri",)
    # The soft hyphen is a letter in TCVN3 and in VISCII.
    assert classify("®\u00adêng Lª Lîi").words == ("duong", "le", "loi")
    assert classify("Nguy\u00adn Vån ÐÑc").words == ("nguyen", "van", "duc")


def test_words_are_without_accents_and_signs() -> None:
    assert classify("Ng.T.Hạnh, 12/4 Lê-Lợi").words == ("ng", "t", "hanh", "12", "4", "le", "loi")


@given(st.text(max_size=200))
def test_any_text_is_understood_somehow(typed: str) -> None:
    query = classify(typed)
    assert len(query.words) <= MOST_WORDS
    assert query.text.isalnum() or not query.words


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Anh ơi số này chưa trả PB14010012345 nhờ anh ghé nhé", ["PB14010012345"]),
        ("MBVCB.327.TDPB14010012345ABCDEFGH.CT tu 0071000123456", ["PB14010012345"]),
        ("hóa đơn PB14010012345T092026K1 chưa đóng", ["PB14010012345"]),
        ("TIEN DIEN pb14 0100 12345 thang 9", ["PB14010012345"]),
        ("PA03HL0012345: gọi 0912.345.678", ["PA03HL0012345", "0912345678"]),
        ("gọi chị Út +84 912-345-678 giùm", ["84912345678", "0912345678"]),
        ("gọi (0290) 3831 234 gặp bà Hai", ["02903831234"]),
        ("Nguyễn Thị Hạnh 12 Lê Lợi", []),
        ("123456789012345678901234", []),
        ("https://tra.cuu/TraCuu?maKH=PB14010012345&thang=9", ["PB14010012345"]),
        ("PB14010012345987654321 chuyen khoan 1289725", ["PB14010012345"]),
        ("Mã khách hàng PB1401001234 (12 số)", ["PB1401001234"]),
        ("KH ＰＢ１４０１００１２３４５ đt ０９１２ ３４５ ６７８", ["PB14010012345", "0912345678"]),
        ("KH PB\u200b14010012345", ["PB14010012345"]),
        ("KH pbl401OOI2345 nhé", ["PB14010012345"]),
        ("nợ 1.289.725 đ ngày 12/09/2026, 0912/345/678", ["0920260912", "0912345678"]),
        ("Zalo 0️⃣9️⃣1️⃣2️⃣345_678", ["0912345678"]),
        ("chị Hạnh 912 345 678", ["0912345678"]),
        ("Hạnh0912345678", ["0912345678"]),
        ("stk 0071001234567 VCB", []),
        ("Mã GD 20260912345678", []),
        ("số công tơ: 21012345 hết pin", ["21012345"]),
        ("tiền 21012345 đồng", []),
    ],
)
def test_a_code_or_a_phone_number_is_found_anywhere_in_a_text(typed: str, found: list[str]) -> None:
    assert mentioned(typed) == found


def test_one_slip_is_a_letter_more_less_other_or_swapped() -> None:
    slips = word_slips("hanh")
    assert {"hnh", "hahn", "hang", "haonh"} <= set(slips)
    assert "hanh" not in slips
    assert "0912345687" in digit_slips("0912345678")
    assert "PB14010012345" in code_slips("PB1401O012345")
    assert word_slips("h") == []
    assert word_slips("12") == []
