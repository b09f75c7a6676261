"""Which tales of different sources are of one bank credit."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from services.billing.bank_credits.identity import KnownCredit, Told, Verdict, identify

TOLD = Told("0123", False, 500_000, date(2026, 11, 20), "FT26324001", 1_000_000, "TIEN DIEN PB1501000001")
ONE, TWO = UUID(int=1), UUID(int=2)


def known(credit_id: UUID = ONE, told: Told = TOLD, *sources: str) -> KnownCredit:
    return KnownCredit(credit_id, told, frozenset(sources or {"sepay"}))


def verdict(told: Told, *others: KnownCredit) -> Verdict:
    return identify("statement", [told], others)[0]


def test_the_banks_reference_makes_two_tales_one_credit_whatever_stands_around_it() -> None:
    told = replace(TOLD, reference="MBVCB-FT26324001.1", balance=None, content="")
    assert verdict(told, known()) == Verdict(same_as=ONE)


def test_the_running_balance_makes_two_tales_one_credit() -> None:
    assert verdict(replace(TOLD, reference="5078 - 1", content=""), known()) == Verdict(same_as=ONE)


def test_the_text_makes_two_tales_one_credit() -> None:
    told = replace(TOLD, reference="5078 - 1", balance=None, content="IBFT.tien dien pb1501000001.x")
    assert verdict(told, known()) == Verdict(same_as=ONE)


def test_a_bank_that_books_on_the_next_day_tells_of_the_same_credit() -> None:
    assert verdict(replace(TOLD, booked_on=date(2026, 11, 21)), known()) == Verdict(same_as=ONE)
    assert verdict(replace(TOLD, booked_on=date(2026, 11, 22)), known()) == Verdict()


def test_another_amount_account_or_direction_is_another_credit() -> None:
    for other in (replace(TOLD, amount=1), replace(TOLD, account_number="9"), replace(TOLD, outgoing=True)):
        assert verdict(other, known()) == Verdict()


def test_one_source_tells_of_two_credits_that_look_alike() -> None:
    assert identify("sepay", [TOLD], [known()]) == [Verdict()]


def test_two_alike_credits_are_two_in_both_sources() -> None:
    tales = [replace(TOLD, reference="", balance=None)] * 2
    others = [known(ONE), known(TWO, replace(TOLD, reference="FT2", balance=2))]
    assert identify("statement", tales, others) == [Verdict(same_as=ONE), Verdict(same_as=TWO)]


def test_a_shared_reference_goes_before_a_shared_text() -> None:
    by_text = replace(TOLD, reference="", balance=None)
    assert identify("statement", [by_text, TOLD], [known()]) == [Verdict(), Verdict(same_as=ONE)]


def test_a_reference_that_is_the_same_goes_before_one_that_stands_within_another() -> None:
    longer = replace(TOLD, reference=f"{TOLD.reference}2", balance=None, content="chuyen tien")
    assert identify("statement", [longer, TOLD], [known()]) == [Verdict(), Verdict(same_as=ONE)]


def test_a_text_that_is_the_same_goes_before_one_that_stands_within_another() -> None:
    said = replace(TOLD, reference="", balance=None, content="tra tien dien thang 11")
    longer = replace(said, content=f"{said.content} nha B")
    assert identify("statement", [longer, said], [known(ONE, said)]) == [Verdict(), Verdict(same_as=ONE)]


def test_amount_and_day_alone_leave_it_to_a_person() -> None:
    bare = replace(TOLD, reference="", balance=None, content="chuyen tien")
    assert verdict(bare, known()) == Verdict(may_be=ONE)


def test_texts_that_name_other_customers_are_of_other_credits() -> None:
    told = replace(TOLD, reference="", balance=None, content="TIEN DIEN PB1501000002")
    assert verdict(told, known()) == Verdict()


def test_a_customers_code_that_one_bank_has_cut_is_not_another_customers() -> None:
    full = replace(TOLD, content="TIEN DIEN PB15010000012")
    assert verdict(full, known()) == Verdict(same_as=ONE)


def test_what_names_other_customers_is_another_credit_whatever_else_is_alike() -> None:
    assert verdict(replace(TOLD, content="TIEN DIEN PB1501000002"), known()) == Verdict()
    assert verdict(replace(TOLD, content="NGUYENTHIPHUONG PHUONGTRANG1"), known()) == Verdict(same_as=ONE)
