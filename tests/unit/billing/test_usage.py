"""Why a bill is higher or lower than the one before, by rules that add up to the đồng."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.engine import BillRequest, Consumption, Use, compute_bill
from services.billing.engine.explain import line_label
from services.billing.tariffs.files import load_tariffs
from services.billing.usage.comparison import UsedBill, compare_bills
from services.billing.usage.months import usage_of
from shared.contracts.billing import BillCauseKind
from shared.contracts.uses import Households, Uses

TARIFFS = load_tariffs()


def used(first: date, last: date, kwh: int, households: str = "1", group: str = "household") -> UsedBill:
    """The bill that the engine makes."""
    bill = compute_bill(BillRequest(first, last, (Use(group),), Consumption(kwh), Decimal(households)), TARIFFS)
    return UsedBill(
        bill_number=f"HD-{first}",
        year=first.year,
        month=first.month,
        cycle=1,
        period_from=first,
        period_to=last,
        price_group=Uses(group),
        households=Households(households),
        kwh=kwh,
        pre_vat=bill.pre_vat,
        vat_rate=str(bill.vat_percent),
        total=bill.total,
        labels=tuple(line_label(line) for line in bill.lines),
        decisions=tuple(dict.fromkeys(line.decision for line in bill.lines)),
    )


def october(kwh: int, **others: str) -> UsedBill:
    return used(date(2026, 10, 1), date(2026, 10, 31), kwh, **others)


def november(kwh: int, **others: str) -> UsedBill:
    return used(date(2026, 11, 1), date(2026, 11, 30), kwh, **others)


SEPTEMBER = used(date(2026, 9, 1), date(2026, 9, 30), 180)

periods = st.tuples(st.dates(date(2018, 1, 1), date(2028, 12, 31)), st.integers(1, 90)).map(
    lambda period: (period[0], period[0] + timedelta(days=period[1] - 1))
)
bills = st.builds(
    lambda period, kwh, households, group: used(period[0], period[1], kwh, households, group),
    periods,
    st.integers(0, 2_000),
    st.sampled_from(["0.25", "1", "2"]),
    st.sampled_from(["household", "business_lt6kv", "household_prepaid"]),
)


@given(bills, bills)
def test_the_causes_add_up_to_the_difference(old: UsedBill, new: UsedBill) -> None:
    found = compare_bills(old, new)
    assert found.difference == new.total - old.total
    assert sum(cause.amount for cause in found.causes) == found.difference
    assert [abs(cause.amount) for cause in found.causes] == sorted(
        (abs(cause.amount) for cause in found.causes), reverse=True
    )


@given(bills, bills)
def test_there_is_a_short_sentence_for_any_two_bills_in_both_languages(old: UsedBill, new: UsedBill) -> None:
    found = compare_bills(old, new)
    for sentence in (found.vi, found.en):
        assert 8 < len(sentence) < 150
        assert sentence.endswith(".")
        assert "None" not in sentence


@given(bills)
def test_the_same_bill_again_has_no_cause(bill: UsedBill) -> None:
    assert compare_bills(bill, bill).causes == []


@pytest.mark.parametrize(
    ("old", "new", "vi"),
    [
        (
            SEPTEMBER,
            october(250),
            "Cao hơn kỳ 09/2026 213.300\u00a0₫: mỗi ngày dùng nhiều hơn (6,0 nay 8,1 kWh), lên bậc\u00a04.",
        ),
        (SEPTEMBER, october(186), "Cao hơn kỳ 09/2026 15.422\u00a0₫: kỳ này nhiều hơn 1 ngày."),
        (october(180), october(180), "Bằng kỳ 10/2026."),
        (october(250), november(150), "Thấp hơn kỳ 10/2026"),
        (october(100), november(100, group="business_lt6kv"), "đổi mục đích sử dụng điện"),
        (october(300), november(300, households="2"), "đổi số hộ dùng chung"),
        (used(date(2025, 4, 1), date(2025, 4, 30), 200), used(date(2025, 6, 1), date(2025, 6, 30), 200), "1279/QĐ-BCT"),
        (
            used(date(2026, 11, 1), date(2026, 11, 30), 200),
            used(date(2027, 1, 1), date(2027, 1, 30), 200),
            "thuế GTGT 10% thay vì 8%",
        ),
    ],
)
def test_a_sentence_names_what_made_the_bill_higher_or_lower(old: UsedBill, new: UsedBill, vi: str) -> None:
    assert vi in compare_bills(old, new).vi


def test_the_sentence_in_english_says_the_same() -> None:
    assert compare_bills(SEPTEMBER, october(250)).en == (
        "213.300\u00a0₫ more than 09/2026: more used a day (6.0, now 8.1 kWh), tier 4 reached."
    )


def test_a_customer_who_used_nothing_before_is_told_of_the_use_alone() -> None:
    found = compare_bills(used(date(2026, 9, 1), date(2026, 9, 30), 0), october(100))
    assert [cause.kind for cause in found.causes] == [BillCauseKind.USE]


def test_usage_has_the_months_in_order_with_the_same_month_of_the_year_before() -> None:
    year_ago = used(date(2025, 10, 1), date(2025, 10, 31), 210)
    found = usage_of("PB14010000001", [october(250), SEPTEMBER, year_ago], 2)
    assert [(month.month, month.kwh, month.days, month.highest_tier) for month in found.months] == [
        (9, 180, 30, 3),
        (10, 250, 31, 4),
    ]
    assert (found.months[1].kwh_year_ago, found.months[1].total_year_ago) == (210, year_ago.total)
    assert found.months[1].kwh_a_day == "8.1"
    assert found.comparison is not None
    assert (found.comparison.compared_with, found.comparison.kwh_year_ago) == ("HD-2026-09-01", 210)


def test_cycles_of_a_month_are_one_month_of_usage() -> None:
    half = used(date(2026, 10, 1), date(2026, 10, 15), 100)
    second = replace(used(date(2026, 10, 16), date(2026, 10, 31), 140), cycle=2)
    [month] = usage_of("PB14010000001", [second, half], 12).months
    assert (month.kwh, month.days, month.total) == (240, 31, half.total + second.total)


def test_the_first_bill_of_a_customer_is_compared_with_nothing() -> None:
    assert usage_of("PB14010000001", [october(100)], 12).comparison is None


def test_nothing_is_said_of_causes_where_prices_are_in_the_archive_and_its_figures_stay() -> None:
    before = replace(october(100), labels=(), decisions=(), details_archived=True)
    usage = usage_of("PB14010012345", [november(200), before], 12)
    assert [(month.month, month.kwh, month.highest_tier) for month in usage.months] == [(10, 100, None), (11, 200, 3)]
    assert usage.comparison is None
    assert usage_of("PB14010012345", [november(200), october(100)], 12).comparison is not None
