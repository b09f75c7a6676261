"""A partner's file is read whole or refused with its line, and each entry gets one verdict."""

import hashlib
from datetime import date

import pytest

from services.billing.partners.reconciliation import (
    HEADER,
    Entry,
    PartnerFileRefused,
    compare,
    counts_of,
    read_file,
    result_of,
)
from shared.contracts.billing import PartnerEntryKind, PartnerVerdict

CUSTOMER, OTHER = "PB14010012345", "PB14010012346"
DAY = date(2026, 11, 22)


def line(payment_id: str, amount: int = 100_000, kind: str = "PAY", customer: str = CUSTOMER, day: date = DAY) -> str:
    return f"VNPOST,{day},{payment_id},{customer},b1;b2,{amount},{kind},{day}T09:00:00+07:00,VNPOST-CM01"


def file(*lines: str, total: int | None = None, count: int | None = None, digest: str | None = None) -> str:
    body = "".join(f"{one}\n" for one in (HEADER, *lines))
    amounts = [(int(fields[5]), fields[6]) for fields in (one.split(",") for one in lines) if len(fields) > 6]
    sum_of = sum(amount if kind == "PAY" else -amount for amount, kind in amounts) if total is None else total
    sha256 = digest or hashlib.sha256(body.encode()).hexdigest()
    return f"{body}TRAILER,{len(lines) if count is None else count},{sum_of},{sha256}\n"


def entry(payment_id: str, amount: int = 100_000, kind: str = "PAY", customer: str = CUSTOMER) -> Entry:
    return Entry(PartnerEntryKind(kind), payment_id, customer, amount)


def test_a_file_is_read_with_its_day_and_entries() -> None:
    day, entries = read_file(file(line("VN-1"), line("VN-1", kind="REV")), "VNPOST")
    assert day == DAY
    assert [one.key for one in entries] == [(PartnerEntryKind.PAY, "VN-1"), (PartnerEntryKind.REV, "VN-1")]


@pytest.mark.parametrize(
    ("content", "number"),
    [
        ("", 1),
        (HEADER, 1),
        (f"{HEADER}\n", 1),
        (file(line("VN-1")).replace(HEADER, "partner,day"), 1),
        (file(line("VN-1")).removesuffix("\n"), 3),
        (file(line("VN-1")).replace("\n", "\r\n"), 4),
        (file(line("VN-1"), line("VN-2", amount=0)), 3),
        (file(line("VN-1"), line("VN/2")), 3),
        (file(line("VN-1"), line("VN-2", kind="GET"), total=200_000), 3),
        (file(line("VN-1"), line("VN-2", customer="X")), 3),
        (file(line("VN-1"), line("VN-2", day=date(2026, 11, 23))), 3),
        (file(line("VN-1"), line("VN-2").replace("VNPOST,", "MOMO,", 1)), 3),
        (file(line("VN-1"), line("VN-2").replace("+07:00", "")), 3),
        (file(line("VN-1"), line("VN-2") + ",more"), 3),
        (file(line("VN-1"), line("VN-2").replace("b1", "b\0")), 3),
        (file(line("VN-1"), line("VN-2").replace("b1", "b\u2028")), 3),
        (file(line("VN-1"), total=1), 3),
        (file(line("VN-1"), count=2), 3),
        (file(line("VN-1"), digest="0" * 64), 3),
        (file(line("VN-1")).removesuffix("\n") + ",more\n", 3),
        (file(), 2),
    ],
)
def test_a_broken_file_is_refused_whole_with_the_line(content: str, number: int) -> None:
    with pytest.raises(PartnerFileRefused) as caught:
        read_file(content, "VNPOST")
    assert caught.value.facts["line"] == number


def test_each_entry_gets_its_verdict_and_what_only_the_register_has_is_added() -> None:
    theirs = [
        entry("A"),
        entry("B"),
        entry("C", 1),
        entry("D", customer=OTHER),
        entry("A"),
        entry("A", kind="REV"),
    ]
    ours = [entry("A"), entry("C"), entry("D"), entry("E"), entry("A", kind="REV")]
    compared = compare(theirs, ours)
    assert [(one.entry.partner_payment_id, one.verdict.value) for one in compared] == [
        ("A", "MATCHED"),
        ("B", "MISSING_HERE"),
        ("C", "AMOUNT_DIFFERS"),
        ("D", "AMOUNT_DIFFERS"),
        ("A", "DUPLICATE"),
        ("A", "MATCHED"),
        ("E", "MISSING_THERE"),
    ]
    assert counts_of(compared)[PartnerVerdict.MATCHED] == 2


def test_the_result_is_the_file_with_verdicts_and_a_trailer_of_its_own() -> None:
    _, entries = read_file(file(line("VN-1")), "VNPOST")
    lines = result_of(compare(entries, [entry("VN-1"), entry("VN-2", 5)]), "VNPOST", DAY).splitlines()
    assert lines[1] == f"{line('VN-1')},MATCHED,100000"
    assert lines[2] == f"VNPOST,{DAY},VN-2,{CUSTOMER},,,PAY,,,MISSING_THERE,5"
    before = "".join(f"{one}\n" for one in lines[:-1])
    assert lines[-1] == f"TRAILER,2,100000,{hashlib.sha256(before.encode()).hexdigest()}"
