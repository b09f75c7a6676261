"""Phone numbers become E.164 however they were written, and nothing else becomes a phone number."""

import json
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers.carrier import name_for_number

from shared.phones import (
    _USUAL,
    OLD_AREA_CODES,
    OLD_MOBILE_PREFIXES,
    OPERATORS,
    Change,
    InvalidPhoneError,
    Operator,
    PhoneReading,
    as_dialled,
    is_mobile,
    normalise,
    operator_of,
    read_phone,
)


def test_numbers_of_the_usual_form_are_those_that_the_library_takes_for_mobile_ones() -> None:
    for prefix in range(100_000):
        written = f"0{prefix:05d}1234"
        kind = phonenumbers.number_type(phonenumbers.PhoneNumber(country_code=84, national_number=int(written)))
        is_mobile_number = kind == phonenumbers.PhoneNumberType.MOBILE and not written.startswith("00")
        assert (_USUAL.fullmatch(written) is not None) == is_mobile_number, written


@given(st.from_regex(r"0[0-9]{3} [0-9]{3} [0-9]{3}", fullmatch=True), st.sampled_from(" .-"))
def test_a_number_in_groups_is_the_same_as_without(written: str, separator: str) -> None:
    def reading(text: str) -> PhoneReading | str:
        try:
            return read_phone(text)
        except InvalidPhoneError as error:
            return str(error)

    # With brackets around its first digits it goes the long way.
    assert reading(written.replace(" ", separator)) == reading(f"({written[:4]}) {written[5:]}")


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
        "0912\u200b345678\u202c",
        "\ufeff0912\ufe0f345678",
        "0912\u2011345\u2013678",
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


CASES: list[dict[str, str | None]] = json.loads((Path(__file__).parents[1] / "data/phones.json").read_text("utf-8"))
"""What the phone app's check is held to as well, by web/tests/app/phones.test.ts."""


@pytest.mark.parametrize("case", CASES, ids=[repr(case["typed"]) for case in CASES])
def test_what_is_typed_at_the_door_is_read_as_the_phone_app_expects(case: dict[str, str | None]) -> None:
    try:
        read: str | None = normalise(case["typed"] or "")
    except InvalidPhoneError:
        read = None
    assert read == case["phone"]


@pytest.mark.parametrize("prefix", OLD_MOBILE_PREFIXES)
def test_every_old_prefix_leads_to_a_mobile_number(prefix: str) -> None:
    assert is_mobile(normalise(f"0{prefix}1234567"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0780 3812 345", "+842903812345"),
        ("780 3812345", "+842903812345"),
        ("+84 780 381 2345", "+842903812345"),
        ("04 3825 1234", "+842438251234"),
        ("0511 3812345", "+842363812345"),
        ("061 3812345", "+842513812345"),
        ("0650.3812345", "+842743812345"),
    ],
)
def test_area_codes_of_before_2017_become_those_of_today(old: str, new: str) -> None:
    assert read_phone(old) == PhoneReading(new, Change.OLD_AREA_CODE)
    assert not is_mobile(new)


def test_there_were_59_old_area_codes_and_each_leads_to_a_landline_or_begins_mobile_numbers_now() -> None:
    assert len(OLD_AREA_CODES) == 59
    for old, new in OLD_AREA_CODES.items():
        local = "38251234" if old in {"4", "8"} else "3825123"
        assert normalise(f"0{new}{local}") == f"+84{new}{local}"
        assert normalise(f"0{old}{local}") in {f"+84{new}{local}", f"+84{old}{local}"}


@pytest.mark.parametrize(
    ("written", "readings"),
    [
        ("0912345678 / 0987654321", ("0912345678", "0987654321")),
        ("0912345678-0987654321", ("0912345678", "0987654321")),
        ("0912345678 0987654321", ("0912345678", "0987654321")),
        ("0912345678; 0290 3812 345", ("0912345678", "02903812345")),
        ("ĐT: 0912345678 hoặc 0987654321", ("0912345678", "0987654321")),
        ("0912345678.0987654321", ("0912345678", "0987654321")),
        ("09123456780987654321", ("0912345678", "0987654321")),
        ("0912 345 678 0290 3812 345", ("0912345678", "02903812345")),
        ("0912345678_0987654321", ("0912345678", "0987654321")),
        ("+84912345678+84987654321", ("0912345678", "0987654321")),
        ("0912345678\n0987654321", ("0912345678", "0987654321")),
        ("(076) 3856789", ("0763856789", "02963856789")),
        ("08 38123456", ("0838123456", "02838123456")),
        ("+84 8 3812.3456", ("0838123456", "02838123456")),
        ("(08) 38251234", ("0838251234", "02838251234")),
    ],
)
def test_what_may_be_two_numbers_is_refused_naming_both(written: str, readings: tuple[str, ...]) -> None:
    with pytest.raises(InvalidPhoneError) as refused:
        normalise(written)
    assert (refused.value.slug, refused.value.readings) == ("two-readings", readings)
    assert not any(number in str(refused.value) for number in readings)  # it may be logged


@pytest.mark.parametrize("written", ["0912345678 / 0912345678", "0912345678 0912.345.678", "09123456780912345678"])
def test_a_number_that_stands_there_twice_is_one_number(written: str) -> None:
    assert normalise(written) == "+84912345678"


def test_a_number_that_a_spreadsheet_has_rounded_is_refused_with_the_cause() -> None:
    with pytest.raises(InvalidPhoneError, match="was rounded by a spreadsheet; write all its digits"):
        normalise("9.12346E+08")


def test_what_was_repaired_is_known() -> None:
    assert read_phone("912345678").change is Change.LOST_ZERO
    assert read_phone("01661234567").change is Change.OLD_MOBILE_PREFIX
    assert {read_phone(text).change for text in ("0912345678", "84912345678", "+84 (0) 912 345 678")} == {None}


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


@pytest.mark.parametrize(
    ("phone", "operator"),
    [
        ("+84961234567", Operator.VIETTEL),
        ("+84351234567", Operator.VIETTEL),
        ("+84911234567", Operator.VINAPHONE),
        ("+84811234567", Operator.VINAPHONE),
        ("+84901234567", Operator.MOBIFONE),
        ("+84761234567", Operator.MOBIFONE),
        ("+84898123456", Operator.MOBIFONE),
        ("+84921234567", Operator.VIETNAMOBILE),
        ("+84522123456", Operator.VIETNAMOBILE),
        ("+84591234567", Operator.GMOBILE),
        ("+84993123456", Operator.GMOBILE),
        ("+84998123456", Operator.ITEL),
        ("+84871234567", Operator.ITEL),
        ("+84559123456", Operator.WINTEL),
    ],
)
def test_the_prefix_of_a_mobile_number_names_its_operator(phone: str, operator: Operator) -> None:
    assert operator_of(phone) is operator


@pytest.mark.parametrize(
    "phone", ["+842903123456", "+8419001234", "+841800123456", "+14155552671", "+447911123456", "+85512345678", "0912"]
)
def test_landlines_hotlines_and_numbers_from_abroad_are_no_mobile_numbers_and_have_no_operator(phone: str) -> None:
    assert not is_mobile(phone)
    assert operator_of(phone) is None


def test_a_ported_number_is_with_the_operator_that_it_went_to() -> None:
    phone = "+84961234567"
    assert operator_of(phone, {phone: Operator.MOBIFONE}) is Operator.MOBIFONE
    assert operator_of("+84961234568", {phone: Operator.MOBIFONE}) is Operator.VIETTEL


_CARRIERS = {
    "Viettel": Operator.VIETTEL,
    "Vinaphone": Operator.VINAPHONE,
    "MobiFone": Operator.MOBIFONE,
    "Vietnamobile": Operator.VIETNAMOBILE,
    "G-Mobile": Operator.GMOBILE,
    "Indochina Telecom": Operator.ITEL,
    "Reddi": Operator.WINTEL,
}


@given(national=st.from_regex(r"[35789][0-9]{8}", fullmatch=True))
def test_operators_are_those_of_libphonenumber(national: str) -> None:
    number = phonenumbers.PhoneNumber(country_code=84, national_number=int(national))
    carrier = name_for_number(number, "en")
    # libphonenumber names the network that 087 is on, and not who sells the numbers.
    expected = Operator.ITEL if national.startswith("87") else _CARRIERS.get(carrier)
    if carrier:
        assert operator_of(f"+84{national}") is expected


@pytest.mark.parametrize(("old", "new"), OLD_MOBILE_PREFIXES.items())
def test_the_conversion_of_2018_left_every_number_with_its_operator(old: str, new: str) -> None:
    blocks = {"12": {Operator.MOBIFONE, Operator.VINAPHONE}, "16": {Operator.VIETTEL}, "18": {Operator.VIETNAMOBILE}}
    assert operator_of(normalise(f"0{old}1234567")) is OPERATORS[new]
    assert OPERATORS[new] in blocks.get(old[:2], {Operator.GMOBILE})


@given(
    national=st.sampled_from(sorted(OPERATORS)).flatmap(
        lambda prefix: st.from_regex(prefix + r"[0-9]{" + str(9 - len(prefix)) + "}", fullmatch=True)
    ),
    marks=st.lists(st.sampled_from([" ", ".", "-", "\u00a0", "\u200b", "\u2011", ""]), min_size=9, max_size=9),
    start=st.sampled_from(["0", "84", "+84", "0084", "+84 (0) "]),
)
def test_separators_and_invisible_characters_change_neither_number_nor_operator(
    national: str, marks: list[str], start: str
) -> None:
    if not is_mobile(f"+84{national}"):
        return
    written = start + "".join(digit + mark for digit, mark in zip(national, marks, strict=True)).rstrip(" -\u2011.")
    assert normalise(written) == f"+84{national}"
    assert operator_of(normalise(written)) is operator_of(f"+84{national}")


@pytest.mark.parametrize("written", ["0" * 200, "0912345678" * 20, "09 " * 60, "0/" * 100])
def test_a_long_row_of_digits_is_refused_and_not_divided_for_ever(written: str) -> None:
    with pytest.raises(InvalidPhoneError):
        read_phone(written)
