"""Tax codes are 10 digits with a check digit, 10-3 or 12; what has one reading is repaired, nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.tax_codes import Change, InvalidTaxCodeError, TaxCodeReading, read_tax_code


@pytest.mark.parametrize(
    ("written", "code", "change"),
    [
        ("0300942001", "0300942001", None),
        ("0300942001-001", "0300942001-001", None),
        ("0300942001 - 001", "0300942001-001", None),
        ("0300942001\u2013001", "0300942001-001", None),
        ("0300 942 001\u200b", "0300942001", None),
        ("096123456789", "096123456789", None),
        ("0300942001001", "0300942001-001", Change.DASH),
        ("300942001", "0300942001", Change.LOST_ZERO),
        ("300942001-001", "0300942001-001", Change.LOST_ZERO),
        ("300942001001", "0300942001-001", Change.LOST_ZERO),
        ("96123456789", "096123456789", Change.LOST_ZERO),
    ],
)
def test_a_code_with_one_reading_is_read(written: str, code: str, change: Change | None) -> None:
    assert read_tax_code(written) == TaxCodeReading(code, change)


def test_two_zeros_are_not_put_back_because_a_digit_may_be_mistyped_as_well() -> None:
    with pytest.raises(InvalidTaxCodeError, match="check digit"):
        read_tax_code("1090123456")


@pytest.mark.parametrize(
    "written",
    [
        "",
        "12",
        "0300942002",
        "030094200O",
        "0300942001/001",
        "30094200",
        "0300942001-1",
        "0300942001-01",
        "300942001-01",
        "3.00942E+08",
        "0300942001; 0312345678",
        "097123456789",
        "096923456789",
        "1" * 14,
        "٠٣٠٠٩٤٢٠٠١",
    ],
)
def test_what_is_no_tax_code_is_refused(written: str) -> None:
    with pytest.raises(InvalidTaxCodeError):
        read_tax_code(written)


@given(st.from_regex(r"[0-9]{8,14}(-[0-9]{3})?", fullmatch=True))
def test_a_code_that_was_read_is_read_as_itself(written: str) -> None:
    try:
        code = read_tax_code(written).code
    except InvalidTaxCodeError:
        return
    assert read_tax_code(code) == TaxCodeReading(code)


@given(st.integers(0, 9), st.integers(0, 9))
def test_a_mistyped_digit_is_noticed(place: int, digit: int) -> None:
    right = "0300942001"
    wrong = right[:place] + str(digit) + right[place + 1 :]
    if wrong != right:
        with pytest.raises(InvalidTaxCodeError):
            read_tax_code(wrong)


def test_two_codes_in_a_cell_are_refused_naming_both() -> None:
    with pytest.raises(InvalidTaxCodeError, match="holds two codes, 0300942001 and 096123456789; write one"):
        read_tax_code("0300942001, 96123456789")
