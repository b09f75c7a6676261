"""What the recount of a chaos run finds in what the tax authority was told."""

from collections import Counter

import pytest

from simulation.chaos.tax_office import Sum, Told, faults_of, read_told

SUMMARY = """<TDiep><DLieu><BTHDLieu><DLBTHop><NDBTHDLieu><DSDLieu>
<DLieu><KHMSHDon>1</KHMSHDon><KHHDon>K26TAA</KHHDon><SHDon>1</SHDon><TTCThue>100000</TTCThue><TgTThue>8000</TgTThue>
<TThai>0</TThai></DLieu>
<DLieu><KHMSHDon>1</KHMSHDon><KHHDon>K26TAA</KHHDon><SHDon>2</SHDon><TTCThue>-10000</TTCThue><TgTThue>-800</TgTThue>
<TThai>2</TThai></DLieu>
</DSDLieu></NDBTHDLieu></DLBTHop></BTHDLieu></DLieu></TDiep>"""
SINGLE = """<TDiep><DLieu><HDon><DLHDon><TTChung><KHMSHDon>1</KHMSHDon><KHHDon>K26TAA</KHHDon><SHDon>3</SHDon>
<TTHDLQuan><TCHDon>1</TCHDon></TTHDLQuan></TTChung>
<NDHDon><TToan><TgTCThue>5000</TgTCThue><TgTThue>400</TgTThue></TToan></NDHDon></DLHDon></HDon></DLieu></TDiep>"""
BILLED = {"0": Sum(100_000, 8_000), "2": Sum(-10_000, -800), "3": Sum(5_000, 400)}


def told() -> Told:
    return read_told([SUMMARY.encode(), SINGLE.encode()])


def rules(what: Told) -> list[str]:
    return [rule for rule, _, _ in faults_of(what, BILLED)]


def test_summaries_and_single_invoices_are_counted_together() -> None:
    assert told().invoices == Counter({("1K26TAA", 1): 1, ("1K26TAA", 2): 1, ("1K26TAA", 3): 1})
    assert told().sums == BILLED
    assert rules(told()) == []


@pytest.mark.parametrize(
    ("documents", "rule"),
    [
        ([SUMMARY, SINGLE, SINGLE], "an invoice is told of once"),
        ([SUMMARY.replace("<SHDon>1<", "<SHDon>4<"), SINGLE], "the numbers that are told have no gap"),
        ([SUMMARY], "what is told comes to the bills"),
        ([SUMMARY.replace("100000", "100001"), SINGLE], "what is told comes to the bills"),
    ],
)
def test_what_is_told_otherwise_is_named(documents: list[str], rule: str) -> None:
    assert rule in rules(read_told([document.encode() for document in documents]))
