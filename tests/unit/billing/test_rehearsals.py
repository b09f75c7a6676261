"""A new price decision and a change of VAT are rehearsed before they are in force."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from services.billing.errors import BillingError
from services.billing.rehearsals.decision import Rehearsal, rehearse, require_follows
from services.billing.rehearsals.vat_switch import VatBase, vat_switch
from services.billing.tariffs.files import DATA, FURTHER_DECISIONS, TariffFileError, load_tariffs, with_decision
from shared.money import round_half_up

KNOWN = load_tariffs()
AVERAGE = Decimal("2300.00")

FIVE_TIERS = """
decision: 9/QĐ-THU
in_force_from: 2027-02-11
average_price: 2300.00
household:
  schedule: five_tiers
  tiers:
    - {tier: 1, ratio: 0.90, price: 2070}
    - {tier: 2, ratio: 1.08, price: 2484}
    - {tier: 3, ratio: 1.36, price: 3128}
    - {tier: 4, ratio: 1.62, price: 3726}
    - {tier: 5, ratio: 1.80, price: 4140}
  prepaid: {ratio: 1.32, price: 3036}
"""


def decision_text() -> str:
    """A decision with five tiers; what has no ratio keeps its price."""
    newest = (DATA / "decisions" / "2025-05-10_1279.yaml").read_text(encoding="utf-8")
    rest = newest[newest.index("registers:") :]

    def at_the_new_average(match: re.Match[str]) -> str:
        return f"ratio: {match[1]}, price: {round_half_up(Decimal(match[1]) * AVERAGE)}"

    return FIVE_TIERS + re.sub(r"ratio: ([0-9.]+), price: \d+", at_the_new_average, rest)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "2027-02-11_9.yaml"
    path.write_text(decision_text(), encoding="utf-8")
    return path


@pytest.fixture
def rehearsal(file: Path) -> Rehearsal:
    planned, decision = with_decision(KNOWN, file)
    return rehearse(KNOWN, planned, decision)


def test_a_rehearsal_shows_every_price_before_and_after(rehearsal: Rehearsal) -> None:
    prices = {price.what: (price.before, price.after) for price in rehearsal.prices}
    assert len(prices) == 6 + 1 + 7 * 3 + 4
    assert prices["tier 1"] == (1984, 2070)
    assert prices["tier 6"] == (3460, None)
    assert prices["business_lt6kv peak"] == (5422, 5658)
    assert prices["production_lt6kv peak"] == (3640, 3640)


def test_a_price_without_a_ratio_shows_the_one_it_has(rehearsal: Rehearsal) -> None:
    ratios = {price.what: price.ratio for price in rehearsal.prices}
    assert (ratios["tier 5"], ratios["production_lt6kv peak"]) == (Decimal("1.80"), Decimal("1.5826"))


def test_a_rehearsal_says_that_the_tiers_change(rehearsal: Rehearsal) -> None:
    assert rehearsal.tiers_change
    assert (rehearsal.tiers_before, rehearsal.tiers_after) == ((50, 50, 100, 100, 100), (100, 100, 200, 300))


def test_a_rehearsal_bills_a_month_of_each_sample_before_and_after(rehearsal: Rehearsal) -> None:
    bills = {(bill.group, bill.kwh): (bill.before, bill.after) for bill in rehearsal.bills}
    assert bills["household", 100] == (201_700 * 110 // 100, 207_000 * 110 // 100)
    assert bills["household", 300] == (round_half_up(Decimal(739_500) * 110 / 100), 768_200 * 110 // 100)
    assert {kwh for group, kwh in bills if group == "household"} == {50, 100, 200, 300, 400, 700}
    assert {group for group, _ in bills} == set(KNOWN.groups)


def test_a_bill_that_straddles_the_day_is_divided_at_it(rehearsal: Rehearsal) -> None:
    [bill] = [bill for bill in rehearsal.straddling if (bill.group, bill.kwh) == ("household", 200)]
    assert (bill.period_from, bill.period_to) == (date(2027, 2, 1), date(2027, 2, 28))
    assert bill.limits == ((18, 18, 36, 36, 36), (64, 64, 129, 193))
    assert [(line.decision, line.label, line.kwh, line.unit_price) for line in bill.lines] == [
        ("1279/QĐ-BCT", "tier 1", 18, 1984),
        ("1279/QĐ-BCT", "tier 2", 18, 2050),
        ("1279/QĐ-BCT", "tier 3", 35, 2380),
        ("9/QĐ-THU", "tier 1", 64, 2070),
        ("9/QĐ-THU", "tier 2", 65, 2484),
    ]


def test_mistakes_in_a_decision_are_named_with_line_and_field(file: Path) -> None:
    text = decision_text().replace("price: 2070", "price: many").replace("tier: 3, ratio", "teir: 3, ratio")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(TariffFileError) as caught:
        with_decision(KNOWN, file)
    assert [mistake.split(": ")[0].removeprefix(f"{file}, ") for mistake in caught.value.mistakes] == [
        "line 8, household.tiers.0.price",
        "line 10, household.tiers.2.tier",
        "line 10, household.tiers.2.teir",
    ]


def test_every_price_that_is_not_its_ratio_is_named(file: Path) -> None:
    file.write_text(decision_text().replace("2070", "2071").replace("3036", "3037"), encoding="utf-8")
    with pytest.raises(TariffFileError) as caught:
        with_decision(KNOWN, file)
    assert len(caught.value.mistakes) == 2


def test_a_decision_does_not_start_before_the_last_one(file: Path) -> None:
    file.write_text(decision_text().replace("2027-02-11", "2025-05-09"), encoding="utf-8")
    with pytest.raises(BillingError, match="before the last one"):
        require_follows(KNOWN, with_decision(KNOWN, file)[1])


def test_a_decision_in_the_further_folder_is_in_force_from_its_day(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FURTHER_DECISIONS, str(file.parent))
    tariffs = load_tariffs()
    assert tariffs.decisions_between(date(2027, 2, 10), date(2027, 2, 10))[0].number == "1279/QĐ-BCT"
    assert tariffs.decisions_between(date(2027, 2, 11), date(2027, 2, 11))[0].number == "9/QĐ-THU"


def test_a_decision_that_was_taken_out_of_the_folder_before_its_day_leaves_nothing(
    file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv(FURTHER_DECISIONS, str(tmp_path_factory.mktemp("emptied")))
    assert load_tariffs().decisions == KNOWN.decisions


@pytest.mark.parametrize("content", ["decision: 9", "decision: [", ""])
def test_a_mistake_in_the_further_folder_is_refused(
    file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, content: str
) -> None:
    folder = tmp_path_factory.mktemp("further")
    (folder / file.name).write_text(content, encoding="utf-8")
    monkeypatch.setenv(FURTHER_DECISIONS, str(folder))
    with pytest.raises(TariffFileError, match=re.escape(file.name)):
        load_tariffs()


def test_the_further_folder_must_be_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(FURTHER_DECISIONS, str(tmp_path / "gone"))
    with pytest.raises(TariffFileError, match=FURTHER_DECISIONS):
        load_tariffs()


def test_bills_whose_vat_hangs_on_the_deciding_day_are_counted() -> None:
    december, january = date(2026, 12, 31), date(2027, 1, 3)
    found = vat_switch(
        [VatBase(december, 100_000, december), VatBase(december, 200_007, january), VatBase(january, 50_000, january)],
        KNOWN,
    )
    assert (found.bills, found.differing, found.differing_pre_vat) == (3, 1, 200_007)
    assert found.by_day == {"period_to": 8_000 + 16_001 + 5_000, "invoice_date": 8_000 + 20_001 + 5_000}
    assert found.difference == 4_000


def test_counts_of_some_bills_add_up() -> None:
    bases = [VatBase(date(2026, 12, 31), 1_000 * n, date(2027, 1, n)) for n in range(1, 9)]
    assert vat_switch(bases[:3], KNOWN) + vat_switch(bases[3:], KNOWN) == vat_switch(bases, KNOWN)
