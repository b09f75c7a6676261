"""Phone numbers become E.164 however they were written, and nothing else becomes a phone number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.phones import OLD_MOBILE_PREFIXES, InvalidPhoneError, as_dialled, is_mobile, normalise


@pytest.mark.parametrize(
    "written",
    [
        "0912345678",
        "0912 345 678",
        "0912.345.678",
        "0912-345-678",
        "(091) 234 5678",
        "84912345678",
        "+84912345678",
        "+84 912 345 678",
        "0084 912345678",
        "+84 (0) 912 345 678",
        "912345678",
        "０９１２３４５６７８",
        "0912\u00a0345\u00a0678",
    ],
)
def test_one_mobile_number_written_in_many_ways_is_one_number(written: str) -> None:
    assert normalise(written) == "+84912345678"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0166 123 4567", "+84361234567"),
        ("01201234567", "+84701234567"),
        ("84 123 123 4567", "+84831234567"),
        ("+841991234567", "+84591234567"),
        ("1861234567", "+84561234567"),
    ],
)
def test_old_eleven_digit_numbers_get_their_prefix_of_2018(old: str, new: str) -> None:
    assert normalise(old) == new
    assert is_mobile(new)


@pytest.mark.parametrize("prefix", OLD_MOBILE_PREFIXES)
def test_every_old_prefix_leads_to_a_mobile_number(prefix: str) -> None:
    assert is_mobile(normalise(f"0{prefix}1234567"))


def test_a_landline_is_a_number_but_gets_no_sms() -> None:
    landline = normalise("0290 3831 234")
    assert landline == "+842903831234"
    assert not is_mobile(landline)


def test_nine_digits_that_begin_with_84_are_a_mobile_number_without_its_zero() -> None:
    assert normalise("841234567") == "+84841234567"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "   ",
        "091234567a",
        "O912345678",
        "0912345",
        "09123456789",
        "0912345678 / 0987654321",
        "0912345678;ext=3",
        "19001006",
        "1800 1234",
        "113",
        "+1 212 555 0100",
        "0086 139 1234 5678",
        "0000000000",
        "+84 00 912 345 678",
        "000912345678",
        "+",
        "không có",
        "0912\x00345678",
        "٠٩١٢٣٤٥٦٧٨",
    ],
)
def test_what_is_no_subscriber_in_vietnam_is_refused(written: str) -> None:
    with pytest.raises(InvalidPhoneError):
        normalise(written)


@given(st.text(max_size=40))
def test_any_text_is_either_refused_or_becomes_a_stable_number(written: str) -> None:
    try:
        phone = normalise(written)
    except InvalidPhoneError:
        return
    assert normalise(phone) == phone
    assert normalise(as_dialled(phone)) == phone


def test_garbage_has_no_sms() -> None:
    assert not is_mobile("hello")
