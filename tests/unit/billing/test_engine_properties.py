"""What must hold for every bill, and a second engine, written the long way, that must agree."""

import calendar
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.billing.engine import BillRequest, Consumption, Use, compute_bill
from services.billing.tariffs.files import load_tariffs

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
