"""The tariff files: every price, ratio, date and rate, and what is refused when one is wrong."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from services.billing.engine import BillRequest, Consumption, Use, compute_bill
from services.billing.errors import BillingError
from services.billing.tariffs.files import DATA, TariffFileError, load_tariffs
from services.billing.tariffs.models import Tariffs
from shared.money import round_half_up


@pytest.fixture
def tariffs() -> Tariffs:
    return load_tariffs()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the tariff files that a test may spoil."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_six_decisions_are_known_by_their_first_day(tariffs: Tariffs) -> None:
    assert [(d.number, d.in_force_from) for d in tariffs.decisions] == [
        ("4495/QĐ-BCT", date(2017, 12, 1)),
        ("648/QĐ-BCT", date(2019, 3, 20)),
        ("1062/QĐ-BCT", date(2023, 5, 4)),
        ("2941/QĐ-BCT", date(2023, 11, 9)),
        ("2699/QĐ-BCT", date(2024, 10, 11)),
        ("1279/QĐ-BCT", date(2025, 5, 10)),
    ]


def test_every_price_with_a_ratio_is_the_ratio_times_the_average_price(tariffs: Tariffs) -> None:
    checked = 0
    for decision in tariffs.decisions:
        for what, (ratio, price) in decision.ratios.items():
            assert price == round_half_up(ratio * decision.average_price), (decision.number, what)
            checked += 1
    assert checked == 6 * (6 + 1 + 9 + 4)


def test_every_group_has_a_price_in_every_decision(tariffs: Tariffs) -> None:
    for decision in tariffs.decisions:
        for name in tariffs.groups:
            consumption = Consumption(10)
            request = BillRequest(decision.in_force_from, decision.in_force_from, (Use(name),), consumption)
            assert compute_bill(request, tariffs).pre_vat > 10 * 800


def test_peak_costs_more_than_normal_and_off_peak_less_in_every_decision(tariffs: Tariffs) -> None:
    for decision in tariffs.decisions:
        assert len(decision.register_prices) == 7
        for prices in decision.register_prices.values():
            assert prices["off_peak"] < prices["normal"] < prices["peak"]


def test_a_lower_voltage_never_costs_less(tariffs: Tariffs) -> None:
    ladders = (
        ("production_ge110kv", "production_22_110kv", "production_6_22kv", "production_lt6kv"),
        ("business_ge22kv", "business_6_22kv", "business_lt6kv"),
    )
    for decision in tariffs.decisions:
        for ladder in ladders:
            prices = [decision.register_prices[name]["normal"] for name in ladder]
            assert prices == sorted(prices)


def test_prices_rise_with_every_decision(tariffs: Tariffs) -> None:
    for older, newer in zip(tariffs.decisions, tariffs.decisions[1:], strict=False):
        assert all(old < new for old, new in zip(older.tier_prices, newer.tier_prices, strict=True))
        for name, prices in older.register_prices.items():
            assert all(prices[register] < newer.register_prices[name][register] for register in prices)
        assert all(price < newer.single_prices[name] for name, price in older.single_prices.items())


@pytest.mark.parametrize(
    ("last_day", "percent"),
    [
        ("2018-05-31", 10),
        ("2022-01-31", 10),
        ("2022-02-01", 8),
        ("2022-12-31", 8),
        ("2023-01-01", 10),
        ("2023-06-30", 10),
        ("2023-07-01", 8),
        ("2024-06-30", 8),
        ("2026-12-31", 8),
        ("2027-01-01", 10),
    ],
)
def test_vat_goes_by_the_last_day_of_the_period(tariffs: Tariffs, last_day: str, percent: int) -> None:
    assert tariffs.vat_percent(date.fromisoformat(last_day)) == percent


BY_INVOICE = "  - {from: 2026-12-01, day: invoice_date, basis: answer of the tax adviser}\nrates:"


@pytest.fixture
def by_invoice(folder: Path) -> Tariffs:
    """The tariffs with VAT by the day of the invoice, for periods that end from 1 December 2026 on."""
    replace(folder / "vat.yaml", "rates:", BY_INVOICE)
    return load_tariffs(folder)


def test_vat_goes_by_the_day_of_the_invoice_from_a_day_on(by_invoice: Tariffs) -> None:
    assert by_invoice.vat_percent(date(2026, 11, 30), date(2027, 1, 3)) == 8
    assert by_invoice.vat_percent(date(2026, 12, 31), date(2026, 12, 31)) == 8
    assert by_invoice.vat_percent(date(2026, 12, 31), date(2027, 1, 3)) == 10


def test_vat_by_the_day_of_an_invoice_that_is_not_known_is_refused(by_invoice: Tariffs) -> None:
    with pytest.raises(BillingError, match="invoice_date") as caught:
        by_invoice.vat_percent(date(2026, 12, 31))
    assert caught.value.slug == "invoice-date-missing"


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("household", "household"),
        ("administrative_lt6kv", "public_lighting_lt6kv"),
        ("administrative_ge6kv", "public_lighting_ge6kv"),
        ("production_22_lt110kv", "production_22_110kv"),
        ("Business_6_22kV", "business_6_22kv"),
        ("hospital-school-ge6kv", "hospital_school_ge6kv"),
    ],
)
def test_a_group_is_found_by_its_other_names(tariffs: Tariffs, alias: str, name: str) -> None:
    assert tariffs.group(alias).name == name


def test_an_unknown_group_is_named_in_the_error(tariffs: Tariffs) -> None:
    with pytest.raises(BillingError, match="farm") as caught:
        tariffs.group("farm")
    assert caught.value.slug == "unknown-price-group"


def test_four_tenants_are_one_household(tariffs: Tariffs) -> None:
    assert tariffs.rules.people_per_household == 4


def test_bills_still_print_the_hours_of_2014_after_the_new_hours_of_the_power_system(tariffs: Tariffs) -> None:
    [hours] = [use for use in tariffs.time_of_use if use.bills_from and use.bills_from <= date(2026, 11, 22)]
    assert hours.name == "TT 16/2014/TT-BCT"
    assert hours.hours["peak"] == {"monday_to_saturday": ("09:30-11:30", "17:00-20:00"), "sunday": ()}


def test_the_five_tiers_are_kept_but_no_decision_uses_them(tariffs: Tariffs) -> None:
    assert "five_tiers" in tariffs.schedules
    assert {decision.schedule.name for decision in tariffs.decisions} == {"six_tiers"}


FIVE_TIERS = """
decision: 1/QĐ-TEST
in_force_from: 2030-01-01
average_price: 2204.0655
household:
  schedule: five_tiers
  tiers:
    - {tier: 1, ratio: 0.90, price: 1984}
    - {tier: 2, ratio: 1.08, price: 2380}
    - {tier: 3, ratio: 1.36, price: 2998}
    - {tier: 4, ratio: 1.62, price: 3571}
    - {tier: 5, ratio: 1.80, price: 3967}
  prepaid: {ratio: 1.32, price: 2909}
"""


@pytest.fixture
def five_tiers(folder: Path) -> Tariffs:
    """The tariffs on the day when a decision names the five tiers."""
    newest = (folder / "decisions" / "2025-05-10_1279.yaml").read_text(encoding="utf-8")
    rest = newest[newest.index("registers:") :]
    (folder / "decisions" / "2030-01-01_test.yaml").write_text(FIVE_TIERS + rest, encoding="utf-8")
    return load_tariffs(folder)


def test_a_decision_that_names_the_five_tiers_brings_them_into_force(five_tiers: Tariffs) -> None:
    request = BillRequest(date(2030, 1, 1), date(2030, 1, 31), (Use("household"),), Consumption(800))
    bill = compute_bill(request, five_tiers)
    assert [(line.tier, line.kwh) for line in bill.lines] == [(1, 100), (2, 100), (3, 200), (4, 300), (5, 100)]


def test_undeclared_tenants_pay_the_tier_of_101_to_200_kwh_in_both_schedules(five_tiers: Tariffs) -> None:
    for first, last in ((date(2029, 12, 1), date(2029, 12, 31)), (date(2030, 1, 1), date(2030, 1, 31))):
        request = BillRequest(first, last, (Use("household_undeclared"),), Consumption(120))
        assert compute_bill(request, five_tiers).pre_vat == 120 * 2380


def test_a_period_over_the_change_from_six_to_five_tiers_fills_each_part_by_its_own_widths(five_tiers: Tariffs) -> None:
    request = BillRequest(date(2029, 12, 17), date(2030, 1, 16), (Use("household"),), Consumption(310))
    bill = compute_bill(request, five_tiers)
    assert [limits.kwh for limits in bill.limits] == [(24, 24, 48, 48, 48), (52, 52, 103, 155)]
    assert sum(line.kwh for line in bill.lines) == 310


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("decisions/2025-05-10_1279.yaml", "ratio: 0.90, price: 1984", "ratio: 0.90, price: 1985", "1985 is not"),
        ("decisions/2025-05-10_1279.yaml", "ratio: 0.90, price: 1984", "ratio: 0.91, price: 2006", "ratios"),
        ("decisions/2025-05-10_1279.yaml", "schedule: six_tiers", "schedule: seven_tiers", "seven_tiers"),
        ("decisions/2025-05-10_1279.yaml", "in_force_from: 2025-05-10", "in_force_from: 2024-10-11", "one day"),
        ("decisions/2025-05-10_1279.yaml", "average_price:", "averageprice:", "averageprice"),
        ("decisions/2025-05-10_1279.yaml", "    normal: {price: 1811}\n", "", "production_ge110kv"),
        ("decisions/2025-05-10_1279.yaml", "  hospital_school_lt6kv:", "  hospital:", "hospital"),
        ("schedules.yaml", "{tier: 2, width: 50, ratio: 0.93}", "{tier: 2, ratio: 0.93}", "width"),
        ("schedules.yaml", "undeclared_tenants_pay_tier: 3", "undeclared_tenants_pay_tier: 7", "no tier 7"),
        ("groups.yaml", "aliases: [residential,", "aliases: [business,", "names two groups"),
        ("vat.yaml", "from: 2022-02-01", "from: 2024-02-01", "increase"),
        ("vat.yaml", "day: period_to, basis", "day: period_from, basis", "deciding_days.0.day"),
        ("vat.yaml", "rates:", BY_INVOICE.replace("2026-12-01", "2004-01-01"), "increase"),
        ("rules.yaml", "0.85: 5.88", "0.85: 5.89", "5.88"),
        ("rules.yaml", "  free_from: 0.90\n", "", "free_from"),
    ],
)
def test_a_slip_in_a_tariff_file_is_refused_with_its_place(
    folder: Path, file: str, old: str, new: str, message: str
) -> None:
    replace(folder / file, old, new)
    with pytest.raises(TariffFileError, match=message):
        load_tariffs(folder)


def test_a_folder_without_decisions_is_refused(folder: Path) -> None:
    shutil.rmtree(folder / "decisions")
    with pytest.raises(TariffFileError, match="no price decision"):
        load_tariffs(folder)
