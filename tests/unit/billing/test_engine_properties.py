"""What must hold for every bill, and a second engine, written the long way, that must agree."""

import calendar
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.billing.engine import BillRequest, Consumption, Use, compute_bill
from services.billing.tariffs.files import load_tariffs
from services.billing.tariffs.models import Tariffs

TARIFFS = load_tariffs()
GROUPS = sorted(TARIFFS.groups)
REGISTER_GROUPS = sorted(name for name, group in TARIFFS.groups.items() if group.by_register)

days = st.dates(date(2017, 12, 1), date(2028, 12, 31))
kwhs = st.integers(0, 5000)
quarters = st.integers(1, 80).map(lambda n: Decimal(n) / 4)


@st.composite
def requests(draw: st.DrawFn) -> BillRequest:
    first = draw(days)
    last = first + timedelta(days=draw(st.integers(0, 120)))
    if draw(st.booleans()):
        group = draw(st.sampled_from(REGISTER_GROUPS))
        uses: tuple[Use, ...] = (Use(group),)
        consumption = Consumption.of_registers(draw(kwhs), draw(kwhs), draw(kwhs))
    else:
        names = draw(st.lists(st.sampled_from(GROUPS), min_size=1, max_size=3, unique=True))
        cuts = sorted(draw(st.lists(st.integers(1, 99), min_size=len(names) - 1, max_size=len(names) - 1, unique=True)))
        percents = [end - start for start, end in zip([0, *cuts], [*cuts, 100], strict=True)]
        uses = tuple(Use(name, percent=Decimal(percent)) for name, percent in zip(names, percents, strict=True))
        consumption = Consumption(draw(kwhs))
    cos_phi = draw(st.none() | st.integers(30, 100).map(lambda n: Decimal(n) / 100))
    return BillRequest(first, last, uses, consumption, draw(quarters), cos_phi)


@given(requests())
def test_lines_add_up_to_the_bill(request: BillRequest) -> None:
    bill = compute_bill(request, TARIFFS)
    assert sum(line.kwh for line in bill.lines) == request.consumption.total == bill.kwh
    assert sum(line.amount for line in bill.lines) == bill.pre_vat
    assert bill.total == bill.pre_vat + bill.vat
    assert bill.vat == int((bill.pre_vat * bill.vat_percent / 100).quantize(Decimal(1), ROUND_HALF_UP))
    for line in bill.lines:
        assert line.kind == "reactive" or line.amount == line.kwh * line.unit_price
        assert line.amount > 0
        assert request.period_from <= line.first <= line.last <= request.period_to
        assert line.kwh >= 0


@given(requests())
def test_the_same_request_gives_the_same_bill(request: BillRequest) -> None:
    assert compute_bill(request, TARIFFS) == compute_bill(request, TARIFFS)


@given(first=days, length=st.integers(0, 100), kwh=kwhs, more=st.integers(1, 50), households=quarters)
def test_more_kwh_never_cost_less(first: date, length: int, kwh: int, more: int, households: Decimal) -> None:
    last = first + timedelta(days=length)
    if len(TARIFFS.decisions_between(first, last)) > 1:
        more += 5  # one kWh more may move one to the cheaper side of a price change
    uses = (Use("household"),)
    less = compute_bill(BillRequest(first, last, uses, Consumption(kwh), households), TARIFFS)
    greater = compute_bill(BillRequest(first, last, uses, Consumption(kwh + more), households), TARIFFS)
    assert greater.total > less.total


@given(first=days, length=st.integers(0, 31), kwh=kwhs, households=quarters)
def test_more_households_never_cost_more(first: date, length: int, kwh: int, households: Decimal) -> None:
    last = first + timedelta(days=length)
    if len(TARIFFS.decisions_between(first, last)) > 1:
        return
    uses = (Use("household"),)
    few = compute_bill(BillRequest(first, last, uses, Consumption(kwh), households), TARIFFS)
    many = compute_bill(BillRequest(first, last, uses, Consumption(kwh), households + Decimal("0.25")), TARIFFS)
    assert many.total <= few.total


PRICES = [
    (date(2017, 12, 1), [1549, 1600, 1858, 2340, 2615, 2701]),
    (date(2019, 3, 20), [1678, 1734, 2014, 2536, 2834, 2927]),
    (date(2023, 5, 4), [1728, 1786, 2074, 2612, 2919, 3015]),
    (date(2023, 11, 9), [1806, 1866, 2167, 2729, 3050, 3151]),
    (date(2024, 10, 11), [1893, 1956, 2271, 2860, 3197, 3302]),
    (date(2025, 5, 10), [1984, 2050, 2380, 2998, 3350, 3460]),
]
EIGHT_PER_CENT = [(date(2022, 2, 1), date(2022, 12, 31)), (date(2023, 7, 1), date(2026, 12, 31))]


def second_engine(first: date, last: date, kwh: int, households: Decimal) -> tuple[int, int]:
    """Price a household's kWh one by one, from figures typed in again, for a period of at most a month at one price."""
    prices = [prices for since, prices in PRICES if since <= first][-1]
    days_of_month = calendar.monthrange(first.year, first.month)[1]
    used_days = len([first + timedelta(days=n) for n in range((last - first).days + 1)])
    tiers: list[int] = []
    for tier, width in enumerate([50, 50, 100, 100, 100]):
        exact = width * households * used_days / Decimal(days_of_month)
        whole = int(exact)
        limit = whole + 1 if exact - whole >= Decimal("0.5") else whole
        tiers += [prices[tier]] * limit
    pre_vat = sum(tiers[number] if number < len(tiers) else prices[5] for number in range(kwh))
    rate = 8 if any(start <= last <= end for start, end in EIGHT_PER_CENT) else 10
    vat, rest = divmod(pre_vat * rate, 100)
    return pre_vat, vat + (1 if rest >= 50 else 0)


@given(first=days, data=st.data(), kwh=st.integers(0, 2000), households=quarters)
def test_a_second_engine_agrees(first: date, data: st.DataObject, kwh: int, households: Decimal) -> None:
    month = calendar.monthrange(first.year, first.month)[1]
    last = first + timedelta(days=data.draw(st.integers(0, month - 1)))
    if any(first < since <= last for since, _ in PRICES):
        return
    bill = compute_bill(BillRequest(first, last, (Use("household"),), Consumption(kwh), households), TARIFFS)
    assert (bill.pre_vat, bill.vat) == second_engine(first, last, kwh, households)


SIX_TIERS, FIVE_TIERS = [50, 50, 100, 100, 100], [100, 100, 200, 300]
PLANNED = (date(2028, 3, 11), [2070, 2484, 3128, 3726, 4140])
"""A decision that nobody has made, with five tiers."""


def planned_tariffs() -> Tariffs:
    newest = TARIFFS.decisions[-1]
    five = TARIFFS.schedules["five_tiers"]
    planned = replace(newest, number="9", in_force_from=PLANNED[0], schedule=five, tier_prices=tuple(PLANNED[1]))
    return replace(TARIFFS, decisions=(*TARIFFS.decisions, planned))


def rounded(part: int, of: int, whole: Decimal | int) -> int:
    """Return ``whole`` x ``part`` / ``of`` with halves rounded up."""
    return int((Decimal(whole) * part / of).quantize(Decimal(1), ROUND_HALF_UP))


def bill_over_a_change(first: date, change: date, last: date, kwh: int, households: Decimal) -> int:
    """Return what a household's period comes to before VAT, over the first day of a new price, by the published text.

    kWh are divided by days; the limits of the new price are what the old ones leave of the whole period's; what fits
    the first tier of the whole period is all of the first tier; and no kWh lies in a tier above those of the period.
    """
    known = [(since, prices, SIX_TIERS) for since, prices in PRICES] + [(*PLANNED, FIVE_TIERS)]
    place = [since for since, _, _ in known].index(change)
    month = calendar.monthrange(first.year, first.month)[1]
    days_before, days = (change - first).days, (last - first).days + 1
    before = rounded(days_before, days, kwh)
    amount = 0
    wholes = [[rounded(days, month, width * households) for width in known[at][2]] for at in (place - 1, place)]
    for at, used, is_new in ((place - 1, before, False), (place, kwh - before, True)):
        _, prices, widths = known[at]
        whole = wholes[is_new]
        old = [rounded(days_before, month, width * households) for width in widths]
        limits = [all_ - past for all_, past in zip(whole, old, strict=True)] if is_new else old
        top = next((tier for tier in range(len(whole)) if kwh <= sum(whole[: tier + 1])), len(whole))
        if all(kwh <= limit[0] for limit in wholes):
            top = 0
        for _ in range(used):
            tier = next((tier for tier, limit in enumerate(limits) if limit > 0), len(limits))
            if tier < len(limits):
                limits[tier] -= 1
            amount += prices[min(tier, top)]
    return amount


@given(
    change=st.sampled_from([since for since, _ in PRICES[1:]] + [PLANNED[0]]),
    before=st.integers(1, 27),
    data=st.data(),
    kwh=st.integers(0, 1200),
    households=quarters,
)
def test_a_second_engine_agrees_over_a_change_of_price(
    change: date, before: int, data: st.DataObject, kwh: int, households: Decimal
) -> None:
    first = change - timedelta(days=before)
    month = calendar.monthrange(first.year, first.month)[1]
    # A period that ends on the very day of the change is all at the old price.
    last = first + timedelta(days=data.draw(st.integers(before + 1, max(before + 1, month - 1))))
    bill = compute_bill(BillRequest(first, last, (Use("household"),), Consumption(kwh), households), planned_tariffs())
    assert bill.pre_vat == bill_over_a_change(first, change, last, kwh, households)
