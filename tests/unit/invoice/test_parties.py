"""Buyers by what is known of them, and addresses without the level that has ended."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.invoice.domain.addresses import without_district
from services.invoice.domain.parties import CONSUMER, BuyerKind, PartyError, seller_of
from tests.unit.invoice.samples import buyer


def test_a_household_is_a_consumer_without_a_number() -> None:
    found = buyer()

    assert (found.kind, found.tax_code, found.personal_number) == (BuyerKind.CONSUMER, "", "")


def test_a_consumer_who_has_given_nothing_is_called_a_consumer() -> None:
    assert buyer(name=" ", address="").name == CONSUMER


def test_a_personal_number_stands_on_the_invoice_of_a_consumer() -> None:
    assert buyer(personal_number="096123456789").personal_number == "096123456789"


def test_a_tax_code_that_is_a_personal_number_is_a_consumers() -> None:
    found = buyer(tax_code="096123456789")

    assert (found.kind, found.tax_code, found.personal_number) == (BuyerKind.CONSUMER, "", "096123456789")


def test_a_company_is_named_with_its_tax_code() -> None:
    found = buyer(tax_code="9900000016")

    assert (found.kind, found.tax_code) == (BuyerKind.COMPANY, "9900000016")


def test_a_unit_of_the_state_budget_is_named_with_its_code() -> None:
    found = buyer(budget_code="1234567")

    assert (found.kind, found.budget_code) == (BuyerKind.BUDGET_UNIT, "1234567")


@pytest.mark.parametrize(
    "wrong",
    [
        {"tax_code": "9900000017"},  # check digit
        {"budget_code": "123456"},
        {"personal_number": "12345"},
        {"tax_code": "9900000016", "name": ""},
        {"budget_code": "1234567", "address": ""},
    ],
)
def test_a_buyer_with_a_wrong_code_or_without_a_name_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(PartyError):
        buyer(**wrong)


def test_a_seller_needs_a_right_tax_code_a_name_and_an_address() -> None:
    for facts in (("", "9900000016", "x"), ("x", "9900000016", ""), ("x", "9900000017", "x")):
        with pytest.raises(PartyError):
            seller_of(*facts)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("12 Lê Lợi, phường 5, TP. Cà Mau, tỉnh Cà Mau", "12 Lê Lợi, phường 5, tỉnh Cà Mau"),
        ("Ấp 3, xã Khánh An, huyện U Minh, tỉnh Cà Mau", "Ấp 3, xã Khánh An, tỉnh Cà Mau"),
        ("Ấp 3, xã Khánh An, H.U Minh, Cà Mau", "Ấp 3, xã Khánh An, Cà Mau"),
        ("1 Pasteur, phường Sài Gòn, Q.1, Thành phố Hồ Chí Minh", "1 Pasteur, phường Sài Gòn, Thành phố Hồ Chí Minh"),
        ("1 Pasteur, phường Sài Gòn, quận 1, TP HCM", "1 Pasteur, phường Sài Gòn, TP HCM"),
        ("Khóm 1, phường Láng Tròn, thị xã Giá Rai, tỉnh Bạc Liêu", "Khóm 1, phường Láng Tròn, tỉnh Bạc Liêu"),
        (
            "5 Huyện lộ 12, ấp Quận Lộ, xã Tân Thuận, tỉnh Cà Mau",
            "5 Huyện lộ 12, ấp Quận Lộ, xã Tân Thuận, tỉnh Cà Mau",
        ),
        ("Huyện lộ 12, xã Tân Thuận, tỉnh Cà Mau", "Huyện lộ 12, xã Tân Thuận, tỉnh Cà Mau"),
        ("Tổ 1, ấp Cái Keo, xã Tân Thuận, tỉnh Cà Mau", "Tổ 1, ấp Cái Keo, xã Tân Thuận, tỉnh Cà Mau"),
        (" 1 ,, x ", "1, x"),
    ],
)
def test_an_address_has_no_district(written: str, kept: str) -> None:
    assert without_district(written) == kept


@given(st.text())
def test_what_is_left_of_an_address_stays(text: str) -> None:
    assert without_district(without_district(text)) == without_district(text)
