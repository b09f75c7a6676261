"""Periods in which the price changes."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.engine import Bill, BillRequest, ChangeReading, Consumption, Cut, Use, compute_bill
from services.billing.errors import BillingError
from services.billing.tariffs.files import load_tariffs

TARIFFS = load_tariffs()
HOUSEHOLD = (Use("household"),)


def household(first: date, last: date, kwh: int, households: str = "1", **more: object) -> Bill:
    request = BillRequest(first, last, HOUSEHOLD, Consumption(kwh), Decimal(households), **more)  # type: ignore[arg-type]
    return compute_bill(request, TARIFFS)


def by_part(bill: Bill) -> list[tuple[str, int | None, int]]:
    return [(line.decision.split("/")[0], line.tier, line.kwh) for line in bill.lines]


def test_kwh_and_limits_are_split_by_days_and_the_new_part_is_the_rest() -> None:
    bill = household(date(2024, 10, 5), date(2024, 11, 4), 420)
    assert [limits.kwh for limits in bill.limits] == [(10, 10, 19, 19, 19), (40, 40, 81, 81, 81)]
    old = [(2941, 1, 10), (2941, 2, 10), (2941, 3, 19), (2941, 4, 19), (2941, 5, 19), (2941, 6, 4)]
    new = [(2699, 1, 40), (2699, 2, 40), (2699, 3, 81), (2699, 4, 81), (2699, 5, 81), (2699, 6, 16)]
    assert by_part(bill) == [(str(decision), tier, kwh) for decision, tier, kwh in old + new]
    assert bill.pre_vat == 1_081_658


def test_all_within_the_first_tier_stays_in_the_first_tier_of_both_parts() -> None:
    bill = household(date(2019, 3, 10), date(2019, 4, 9), 50)
    assert by_part(bill) == [("4495", 1, 16), ("648", 1, 34)]
    assert household(date(2019, 3, 4), date(2019, 4, 3), 50).kwh == 50


def test_a_period_that_ends_on_the_change_day_is_all_at_the_old_price() -> None:
    bill = household(date(2025, 4, 11), date(2025, 5, 10), 120)
    assert {line.decision for line in bill.lines} == {"2699/QĐ-BCT"}
    assert bill.pre_vat == 50 * 1893 + 50 * 1956 + 20 * 2271


def test_a_period_that_starts_on_the_change_day_is_all_at_the_new_price() -> None:
    assert {line.decision for line in household(date(2025, 5, 10), date(2025, 6, 9), 120).lines} == {"1279/QĐ-BCT"}
    assert {line.decision for line in household(date(2025, 5, 10), date(2025, 5, 10), 1).lines} == {"1279/QĐ-BCT"}


def test_rounding_never_uses_a_tier_that_the_customer_did_not_reach() -> None:
    bill = household(date(2019, 3, 10), date(2019, 4, 9), 200)
    assert by_part(bill) == [
        ("4495", 1, 16),
        ("4495", 2, 16),
        ("4495", 3, 33),
        ("648", 1, 34),
        ("648", 2, 34),
        ("648", 3, 67),
    ]


def test_a_real_reading_at_the_change_splits_the_kwh() -> None:
    reading = (ChangeReading(date(2024, 10, 11), Consumption(20)),)
    bill = household(date(2024, 10, 5), date(2024, 11, 4), 420, change_readings=reading)
    assert sum(line.kwh for line in bill.lines if line.decision.startswith("2941")) == 20
    assert by_part(bill)[:2] == [("2941", 1, 10), ("2941", 2, 10)]


def test_a_real_reading_on_the_last_day_gives_that_day_to_the_new_price() -> None:
    reading = (ChangeReading(date(2025, 5, 10), Consumption(115)),)
    bill = household(date(2025, 4, 11), date(2025, 5, 10), 120, change_readings=reading)
    assert sum(line.kwh for line in bill.lines if line.decision.startswith("1279")) == 5


@pytest.mark.parametrize(
    ("day", "kwh", "slug"),
    [
        (date(2024, 10, 12), 20, "unexpected-change-reading"),
        (date(2024, 10, 11), 421, "bad-change-reading"),
        (date(2024, 10, 11), -1, "negative-kwh"),
    ],
)
def test_a_change_reading_that_cannot_be_is_refused(day: date, kwh: int, slug: str) -> None:
    with pytest.raises(BillingError) as caught:
        household(date(2024, 10, 5), date(2024, 11, 4), 420, change_readings=(ChangeReading(day, Consumption(kwh)),))
    assert caught.value.slug == slug


def test_a_change_reading_without_a_change_is_refused() -> None:
    with pytest.raises(BillingError) as caught:
        household(
            date(2025, 9, 1),
            date(2025, 9, 30),
            420,
            change_readings=(ChangeReading(date(2025, 9, 10), Consumption(9)),),
        )
    assert caught.value.slug == "unexpected-change-reading"


def test_two_changes_in_one_long_period_make_three_parts() -> None:
    bill = household(date(2023, 4, 20), date(2023, 11, 19), 2140)
    assert [limits.first for limits in bill.limits] == [date(2023, 4, 20), date(2023, 5, 4), date(2023, 11, 9)]
    assert [sum(column) for column in zip(*(limits.kwh for limits in bill.limits), strict=True)] == [
        350,
        350,
        700,
        700,
        700,
    ]
    kwh = {
        number: sum(n for decision, _, n in by_part(bill) if decision == number) for number in ("648", "1062", "2941")
    }
    assert kwh == {"648": 140, "1062": 1890, "2941": 110}


def test_every_register_is_split_by_days() -> None:
    request = BillRequest(
        date(2025, 5, 1), date(2025, 5, 31), (Use("business_lt6kv"),), Consumption.of_registers(1000, 201, 99)
    )
    bill = compute_bill(request, TARIFFS)
    assert [(line.register, line.kwh, line.unit_price) for line in bill.lines] == [
        ("normal", 290, 3007),
        ("peak", 58, 5174),
        ("off_peak", 29, 1830),
        ("normal", 710, 3152),
        ("peak", 143, 5422),
        ("off_peak", 70, 1918),
    ]


@pytest.mark.parametrize(
    ("group", "old_price", "new_price"),
    [
        ("household_prepaid", 2776, 2909),
        ("household_undeclared", 2271, 2380),
        ("public_lighting_lt6kv", 2124, 2226),
        ("production_lt6kv", 1896, 1987),
    ],
)
def test_groups_with_one_price_are_split_by_days_too(group: str, old_price: int, new_price: int) -> None:
    request = BillRequest(date(2025, 5, 1), date(2025, 5, 31), (Use(group),), Consumption(310))
    bill = compute_bill(request, TARIFFS)
    assert [(line.kwh, line.unit_price) for line in bill.lines] == [(90, old_price), (220, new_price)]


def test_days_without_supply_count_in_the_part_where_they_lie() -> None:
    bill = household(date(2025, 5, 1), date(2025, 5, 31), 300, cuts=(Cut(date(2025, 5, 12), date(2025, 5, 22)),))
    assert [limits.kwh for limits in bill.limits] == [(15, 15, 29, 29, 29), (17, 17, 36, 36, 36)]
    assert sum(line.kwh for line in bill.lines if line.decision.startswith("2699")) == 135  # 300 x 9 / 20


def test_a_number_of_days_without_supply_is_not_enough_when_the_price_changes() -> None:
    with pytest.raises(BillingError) as caught:
        household(date(2025, 5, 1), date(2025, 5, 31), 300, cut_days=3)
    assert caught.value.slug == "cut-dates-needed"


CHANGES = [decision.in_force_from for decision in TARIFFS.decisions[1:]]


@given(
    change=st.sampled_from(CHANGES),
    before=st.integers(1, 60),
    after=st.integers(1, 60),
    kwh=st.integers(0, 3000),
    quarters=st.integers(1, 40),
)
def test_parts_add_up_and_no_tier_is_invented(change: date, before: int, after: int, kwh: int, quarters: int) -> None:
    first = date.fromordinal(change.toordinal() - before)
    last = date.fromordinal(change.toordinal() + after)
    households = Decimal(quarters) / 4
    bill = household(first, last, kwh, str(households))
    # A month without a change, of the same length and month of start: its limits are those of the whole period.
    assert sum(line.kwh for line in bill.lines) == kwh
    assert sum(line.amount for line in bill.lines) == bill.pre_vat
    assert all(kwh_limit >= 0 for limits in bill.limits for kwh_limit in limits.kwh)
    totals = [sum(column) for column in zip(*(limits.kwh for limits in bill.limits), strict=True)]
    factor = households * bill.months.numerator / bill.months.denominator
    assert all(
        abs(total - width * factor) <= Decimal("0.5")
        for total, width in zip(totals, (50, 50, 100, 100, 100), strict=True)
    )
    if kwh:
        reached = next((tier for tier in range(1, 6) if kwh <= sum(totals[:tier])), 6)
        assert max(line.tier or 0 for line in bill.lines) <= reached


@given(change=st.sampled_from(CHANGES), before=st.integers(1, 30), kwh=st.integers(0, 1500))
def test_a_price_change_costs_between_all_old_and_all_new(change: date, before: int, kwh: int) -> None:
    """Each part is priced by days, so the bill cannot leave the range of the two tariffs by more than rounding."""
    first = date.fromordinal(change.toordinal() - before)
    last = date.fromordinal(change.toordinal() + 30 - before)
    mixed = household(first, last, kwh).pre_vat
    old = TARIFFS.decisions_between(first, first)[0]
    new = TARIFFS.decisions_between(change, change)[0]
    widths = [sum(column) for column in zip(*(p.kwh for p in household(first, last, kwh).limits), strict=True)]

    def priced(prices: tuple[int, ...]) -> int:
        left, amount = kwh, 0
        for width, price in zip([*widths, kwh], prices, strict=True):
            used = min(left, width)
            left, amount = left - used, amount + used * price
        return amount

    slack = 5 * max(new.tier_prices)  # a few kWh on the other side of a rounded limit
    assert priced(old.tier_prices) - slack <= mixed <= priced(new.tier_prices) + slack
