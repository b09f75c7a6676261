"""Whose money a bank credit is: only what names one customer beyond doubt."""

from uuid import UUID

import pytest

from services.billing.bank_credits.rules import Decision, Known, ShownCode, decide, name_is_told, read_text
from shared.contracts.billing import BankCreditReason

ONE, OTHER = "PB1501000001", "PB1501000002"
PHONE = UUID(int=7)
REFERENCE = "TDPB15010000017K3QX9PA"
KNOWN = Known({ONE, OTHER}, set(), {REFERENCE: ShownCode(REFERENCE, ONE, PHONE)})


def decided(text: str, known: Known = KNOWN) -> Decision:
    return decide(read_text(text), known)


@pytest.mark.parametrize(
    "text",
    [
        "TD PB1501000001 7K3QX9PA",
        "MBVCB.3278907687.TD PB1501000001 7K3QX9PA.CT tu 0123456789 NGUYEN VAN A toi 999",
        "td pb1501000001 7k3qx9pa",
        "TDPB15010000017K3QX9PA FT26331",
        "IBFT TD-PB1501000001-7K3QX9PA",
    ],
)
def test_the_reference_of_a_shown_code_names_customer_and_phone_however_a_bank_writes_it(text: str) -> None:
    assert decided(text) == Decision(ONE, "reference", REFERENCE, PHONE)


@pytest.mark.parametrize(
    "text",
    [
        "TIEN DIEN PB1501000001",
        "MBVCB.1.2.tien dien PB1501000001 thang 11.CT tu 1 A toi 2",
        "Tiền điện　ｐｂ１５０１０００００１",
        "pb1501000001-dong tien dien",
        # A code that no phone has told of: still, the customer's code in it is whole.
        "TD PB1501000001 AAAAAAAA",
        "TDPB1501000001AAAAAAAA",
        "THANHTOANPB1501000001TIENDIEN",
    ],
)
def test_a_whole_customer_code_names_the_customer(text: str) -> None:
    assert decided(text) == Decision(ONE, "customer_code", ONE)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("chuyen tien", BankCreditReason.NO_CUSTOMER),
        ("", BankCreditReason.NO_CUSTOMER),
        ("TIEN DIEN PB15010000", BankCreditReason.NO_CUSTOMER),
        ("TIEN DIEN PB9999999999", BankCreditReason.NO_CUSTOMER),
        ("PB1501000001 va PB1501000002", BankCreditReason.SEVERAL_CUSTOMERS),
        ("TD PB1501000001 7K3QX9PA ho PB1501000002", BankCreditReason.SEVERAL_CUSTOMERS),
        ("TDPB15010000017K3QX9PATDPB15010000027K3QX9PA", BankCreditReason.SEVERAL_CUSTOMERS),
        ("CK9TDPB15010000017K3QX9PAVAPB1501000002", BankCreditReason.SEVERAL_CUSTOMERS),
        ("TIENDIENPB15010000012THANG", BankCreditReason.UNCERTAIN_CODE),
        ("hoàn tiền PB1501000001", BankCreditReason.REFUND),
        ("REFUND GD 123 PB1501000001", BankCreditReason.REFUND),
    ],
)
def test_what_is_not_certain_waits_for_a_person(text: str, reason: BankCreditReason) -> None:
    assert decided(text) == Decision(reason=reason)


def test_a_code_that_may_be_what_a_bank_has_left_of_a_longer_one_waits() -> None:
    known = Known({ONE}, {ONE}, {})
    assert decided("TIEN DIEN PB1501000001", known) == Decision(reason=BankCreditReason.UNCERTAIN_CODE)


def test_a_code_of_which_another_customers_is_the_beginning_is_read_whole() -> None:
    known = Known({ONE, ONE[:11]}, {ONE[:11]}, {})
    assert decided(f"TIEN DIEN {ONE} KY 1", known) == Decision(ONE, "customer_code", ONE)


def test_a_shown_code_is_followed_even_where_the_text_speaks_of_a_refund() -> None:
    assert decided("hoan tra TD PB1501000001 7K3QX9PA").matched_by == "reference"


def test_the_name_of_a_payer_is_compared_word_by_word_without_accents() -> None:
    assert name_is_told("Nguyễn Thị Hạnh", ["chuyen tien", "NGUYEN THI HANH"])
    assert not name_is_told("Nguyễn Thị Hạnh", ["NGUYEN THI HOA"])
    assert not name_is_told("Hạnh", ["HANH"])
