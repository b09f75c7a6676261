"""Groups other than plain households: time of use, mixed use, tenants, reactive power, and what is refused."""

from datetime import date
from decimal import Decimal

import pytest

from services.billing.engine import Bill, BillRequest, Consumption, Cut, Use, compute_bill
from services.billing.errors import BillingError
from services.billing.tariffs.files import load_tariffs

TARIFFS = load_tariffs()
FIRST, LAST = date(2025, 9, 1), date(2025, 9, 30)


def bill(*uses: Use, kwh: int = 0, registers: tuple[int, int, int] | None = None, **more: object) -> Bill:
    consumption = Consumption(kwh) if registers is None else Consumption.of_registers(*registers)
    return compute_bill(BillRequest(FIRST, LAST, uses, consumption, **more), TARIFFS)  # type: ignore[arg-type]


def refused(*uses: Use, kwh: int = 0, registers: tuple[int, int, int] | None = None, **more: object) -> str:
    with pytest.raises(BillingError) as caught:
        bill(*uses, kwh=kwh, registers=registers, **more)
    assert caught.value.message
    return caught.value.slug


def test_a_business_too_small_for_time_of_use_pays_the_price_of_normal_hours() -> None:
    assert bill(Use("business_lt6kv"), kwh=150).pre_vat == 150 * 3152


def test_each_register_has_its_price() -> None:
    assert bill(Use("business_22kv"), registers=(100, 10, 1)).pre_vat == 100 * 2887 + 10 * 5025 + 1609


def test_a_register_without_consumption_has_no_line() -> None:
    assert [line.register for line in bill(Use("production_6kv"), registers=(0, 3, 0)).lines] == ["peak"]


def test_shares_of_a_meter_add_up_and_the_last_takes_the_rest() -> None:
    uses = (Use("household", Decimal(50)), Use("business_lt6kv", Decimal(25)), Use("production_lt6kv", Decimal(25)))
    result = bill(*uses, kwh=102)
    kwh = {use.group: sum(line.kwh for line in result.lines if line.group == use.group) for use in uses}
    assert kwh == {"household": 51, "business_lt6kv": 26, "production_lt6kv": 25}


def test_shares_never_take_more_than_there_is() -> None:
    quarter = Decimal(25)
    uses = [Use(name, quarter) for name in ("household", "business_lt6kv", "production_lt6kv", "hospital_school_lt6kv")]
    assert [line.kwh for line in bill(*uses, kwh=2).lines] == [1, 1]


def test_a_quota_is_taken_first_and_follows_the_days() -> None:
    uses = (Use("business_lt6kv", quota_kwh=100), Use("household"))
    result = bill(*uses, kwh=130)
    assert [(line.group, line.kwh) for line in result.lines] == [("business_lt6kv", 100), ("household", 30)]
    assert bill(*uses, kwh=40).pre_vat == 40 * 3152
    half = compute_bill(BillRequest(FIRST, date(2025, 9, 15), uses, Consumption(130)), TARIFFS)
    assert half.lines[0].kwh == 50


def test_a_shared_meter_with_registers_shares_every_register() -> None:
    uses = (Use("household", Decimal(70)), Use("business_lt6kv", Decimal(30)))
    result = bill(*uses, registers=(100, 20, 11))
    assert sum(line.kwh for line in result.lines if line.group == "household") == 70 + 14 + 8
    assert [line.kwh for line in result.lines if line.group == "business_lt6kv"] == [30, 6, 3]


@pytest.mark.parametrize(
    ("cos_phi", "percent"),
    [("1", 0), ("0.90", 0), ("0.895", 0), ("0.89", 112), ("0.85", 588), ("0.60", 5000), ("0.59", 5254), ("0.1", 5254)],
)
def test_reactive_power_money_goes_by_cos_phi(cos_phi: str, percent: int) -> None:
    result = bill(Use("production_lt6kv"), registers=(1200, 300, 500), cos_phi=Decimal(cos_phi))
    energy = 1200 * 1987 + 300 * 3640 + 500 * 1300
    reactive = (energy * percent * 2 + 10_000) // 20_000
    assert result.pre_vat == energy + reactive
    assert [line.amount for line in result.lines if line.kind == "reactive"] == ([reactive] if percent else [])


def test_households_owe_nothing_for_reactive_power() -> None:
    assert bill(Use("household"), kwh=10, cos_phi=Decimal("0.7")).pre_vat == 19_840
    mixed = bill(Use("household", Decimal(50)), Use("business_lt6kv", Decimal(50)), kwh=20, cos_phi=Decimal("0.75"))
    assert mixed.pre_vat == 10 * 1984 + 10 * 3152 + 6304


def test_no_consumption_costs_nothing() -> None:
    for group in TARIFFS.groups:
        assert (bill(Use(group)).total, bill(Use(group)).lines) == (0, ())
    assert bill(Use("business_lt6kv"), registers=(0, 0, 0), cos_phi=Decimal("0.5")).total == 0


def test_a_month_wholly_without_supply_is_a_bill_of_nothing() -> None:
    assert bill(Use("household"), cut_days=30).total == 0
    assert refused(Use("household"), kwh=1, cut_days=30) == "bad-cut"


def test_days_without_supply_shrink_the_quotas() -> None:
    result = bill(Use("household"), kwh=100, cut_days=6)
    assert result.limits[0].kwh == (40, 40, 80, 80, 80)
    dated = bill(Use("household"), kwh=100, cuts=(Cut(date(2025, 9, 3), date(2025, 9, 8)),))
    assert dated.pre_vat == result.pre_vat == 40 * 1984 + 40 * 2050 + 20 * 2380


@pytest.mark.parametrize(
    ("uses", "slug"),
    [
        ((), "unknown-price-group"),
        ((Use("palace"),), "unknown-price-group"),
        ((Use("household", Decimal(70)), Use("business_lt6kv", Decimal(29))), "bad-shares"),
        ((Use("household", Decimal(70)), Use("business_lt6kv")), "bad-shares"),
        ((Use("household", Decimal(99)),), "bad-shares"),
        ((Use("household", Decimal(100)), Use("business_lt6kv", Decimal(0))), "bad-shares"),
        ((Use("household", Decimal(50)), Use("residential", Decimal(50))), "bad-shares"),
        ((Use("household"), Use("business_lt6kv")), "bad-shares"),
        ((Use("household", quota_kwh=0), Use("business_lt6kv")), "bad-shares"),
        ((Use("household", quota_kwh=10), Use("business_lt6kv", quota_kwh=10)), "bad-shares"),
        ((Use("household", Decimal("NaN")),), "bad-shares"),
    ],
)
def test_shares_that_do_not_make_a_whole_are_refused(uses: tuple[Use, ...], slug: str) -> None:
    assert refused(*uses, kwh=10) == slug


@pytest.mark.parametrize("households", ["0", "-1", "0.3", "1.1", "NaN", "Infinity", "10001"])
def test_households_must_be_quarters(households: str) -> None:
    assert refused(Use("household"), kwh=10, households=Decimal(households)) == "bad-households"


def test_other_groups_have_no_households() -> None:
    assert bill(Use("business_lt6kv"), kwh=1, households=Decimal(0)).pre_vat == 3152


@pytest.mark.parametrize("cos_phi", ["0", "-0.5", "1.01", "NaN"])
def test_cos_phi_out_of_range_is_refused(cos_phi: str) -> None:
    assert refused(Use("business_lt6kv"), kwh=10, cos_phi=Decimal(cos_phi)) == "bad-cos-phi"


def test_kwh_out_of_range_are_refused() -> None:
    assert refused(Use("household"), kwh=-1) == "negative-kwh"
    assert refused(Use("business_lt6kv"), registers=(5, -1, 5)) == "negative-kwh"
    assert refused(Use("household"), kwh=100_000_001) == "too-many-kwh"


def test_groups_with_one_price_take_no_registers() -> None:
    assert refused(Use("household"), registers=(1, 2, 3)) == "registers-not-allowed"
    assert refused(Use("hospital_school_lt6kv"), registers=(1, 2, 3)) == "registers-not-allowed"


@pytest.mark.parametrize(
    ("first", "last", "slug"),
    [
        (date(2025, 9, 30), date(2025, 9, 1), "bad-period"),
        (date(2017, 11, 30), date(2017, 12, 30), "before-first-tariff"),
        (date(2025, 1, 1), date(2026, 3, 1), "period-too-long"),
        (date(9999, 12, 1), date(9999, 12, 31), "bad-period"),
    ],
)
def test_periods_that_cannot_be_are_refused(first: date, last: date, slug: str) -> None:
    with pytest.raises(BillingError) as caught:
        compute_bill(BillRequest(first, last, (Use("household"),), Consumption(1)), TARIFFS)
    assert caught.value.slug == slug


def test_supply_cuts_outside_the_period_or_over_each_other_are_refused() -> None:
    early = Cut(date(2025, 8, 30), date(2025, 9, 2))
    assert refused(Use("household"), kwh=1, cuts=(early,)) == "bad-cut"
    twice = (Cut(date(2025, 9, 3), date(2025, 9, 8)), Cut(date(2025, 9, 8), date(2025, 9, 9)))
    assert refused(Use("household"), kwh=1, cuts=twice) == "bad-cut"
    assert refused(Use("household"), kwh=1, cut_days=31) == "bad-cut"
    assert refused(Use("household"), kwh=1, cut_days=-1) == "bad-cut"
