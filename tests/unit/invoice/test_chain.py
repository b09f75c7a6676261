"""Invoices are chained: whoever changes, leaves out or puts in one is found by a link that is kept elsewhere."""

import pytest

from services.invoice.audit import InvoiceChain
from services.invoice.domain.chain import first_link, link_after

SYMBOL = "1K26TAA"
DATA = [f"<DLHDon>{number}</DLHDon>".encode() for number in range(1, 6)]


def links(data: list[bytes]) -> list[bytes]:
    found = [first_link(SYMBOL)]
    for each in data:
        found.append(link_after(found[-1], each))
    return found[1:]


def walked(data: list[bytes], kept: dict[tuple[str, int], list[tuple[str, bytes]]]) -> list[str]:
    chain = InvoiceChain(kept)
    for number, (each, link) in enumerate(zip(data, links(DATA), strict=False), 1):
        chain.check(SYMBOL, number, each, link)
    return sorted({violation.rule for violation in chain.end()})


def test_a_sound_chain_breaks_no_rule_from_wherever_its_links_are_kept() -> None:
    known = links(DATA)
    assert walked(DATA, {(SYMBOL, 3): [("outside", known[2])], (SYMBOL, 5): [("row", known[4])]}) == []


@pytest.mark.parametrize(
    "data",
    [[*DATA[:1], b"<DLHDon>changed</DLHDon>", *DATA[2:]], [*DATA[1:], DATA[0]], [DATA[0], *DATA[2:], DATA[1]]],
    ids=["changed", "moved", "exchanged"],
)
def test_whatever_is_changed_is_found_in_the_rows_and_outside(data: list[bytes]) -> None:
    assert walked(data, {(SYMBOL, 5): [("outside", links(DATA)[4])]}) == [
        "an invoice is chained to the one before it",
        "outside",
    ]


def test_invoices_that_are_gone_are_found_by_what_is_kept_outside() -> None:
    assert walked(DATA[:3], {(SYMBOL, 5): [("outside", links(DATA)[4])]}) == ["outside"]


def test_invoices_without_links_of_their_own_are_covered_by_later_ones() -> None:
    chain = InvoiceChain({(SYMBOL, 5): [("row", links(DATA)[4])]})
    for number, each in enumerate(DATA, 1):
        chain.check(SYMBOL, number, each, None)
    assert chain.end() == []
