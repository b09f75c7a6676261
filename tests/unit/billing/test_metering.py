"""Readings → what the engine is asked."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.billing.bills.metered_period import MeteredPeriod, RegisterReading, bill_request
from services.billing.engine import BillRequest, Consumption, compute_bill
from services.billing.errors import BillingError
from services.billing.tariffs.files import load_tariffs
from shared.contracts.uses import Households, Uses

TARIFFS = load_tariffs()


def of(*readings: tuple[str, int, int], meter: str = "M1", **changes: object) -> MeteredPeriod:
    made = tuple(RegisterReading(meter, register, old, new, 1, 5) for register, old, new in readings)
    period = MeteredPeriod("PB14010012345", 2025, 9, 1, date(2025, 9, 1), date(2025, 9, 30), date(2025, 10, 10), made)
    return replace(period, **changes)  # type: ignore[arg-type]


def asked(period: MeteredPeriod, price_group: str) -> BillRequest:
    return bill_request(period, Uses(price_group), Households("1"), TARIFFS)


def consumption(period: MeteredPeriod, price_group: str) -> Consumption:
    return asked(period, price_group).consumption


def test_one_register_is_one_number() -> None:
    assert consumption(of(("KT", 10, 110)), "household") == Consumption(100)


def test_three_registers_are_normal_peak_and_off_peak() -> None:
    period = of(("TD", 0, 3), ("BT", 0, 1), ("CD", 0, 2))
    assert consumption(period, "business_lt6kv") == Consumption.of_registers(1, 2, 3)


def test_three_registers_behind_a_group_with_one_price_are_added_up() -> None:
    period = of(("TD", 0, 3), ("BT", 0, 1), ("CD", 0, 2))
    assert consumption(period, "hospital_school_lt6kv") == Consumption(6)
    assert consumption(period, "household") == Consumption(6)


@pytest.mark.parametrize("registers", [("BT",), ("BT", "CD"), ("KT", "BT", "CD", "TD"), ("VC",)])
def test_registers_that_do_not_belong_together_are_refused(registers: tuple[str, ...]) -> None:
    with pytest.raises(BillingError) as caught:
        consumption(of(*((register, 0, 1) for register in registers)), "business_lt6kv")
    assert caught.value.slug == "bad-registers"


def test_the_reactive_register_gives_the_power_factor() -> None:
    request = asked(of(("KT", 0, 300), ("VC", 0, 400)), "production_lt6kv")
    assert (request.consumption, request.cos_phi) == (Consumption(300), Decimal("0.60"))
    given = asked(of(("KT", 0, 300), ("VC", 0, 400), cos_phi=Decimal("0.9")), "production_lt6kv")
    assert given.cos_phi == Decimal("0.9")
    assert asked(of(("KT", 0, 0), ("VC", 0, 4)), "production_lt6kv").cos_phi is None


def test_a_reading_on_the_day_of_a_price_change_splits_the_kwh() -> None:
    reading = RegisterReading("M1", "KT", 99_900, 50, 2, 5, change_readings=(99_950,))
    period = of(period_from=date(2025, 5, 1), period_to=date(2025, 5, 31), readings=(reading,))
    bill = compute_bill(asked(period, "household_prepaid"), TARIFFS)
    assert [(line.kwh, line.unit_price) for line in bill.lines] == [(100, 2776), (200, 2909)]


def test_every_register_needs_a_reading_for_every_change() -> None:
    one = RegisterReading("M1", "BT", 0, 10, 1, 5, change_readings=(5,))
    others = [RegisterReading("M1", register, 0, 10, 1, 5) for register in ("CD", "TD")]
    period = of(period_from=date(2025, 5, 1), period_to=date(2025, 5, 31), readings=(one, *others))
    with pytest.raises(BillingError) as caught:
        asked(period, "business_lt6kv")
    assert caught.value.slug == "bad-change-reading"


def test_dated_days_without_supply_count_instead_of_their_number() -> None:
    period = of(("KT", 0, 9), cut_days=3, cut_from=date(2025, 9, 4), cut_to=date(2025, 9, 9))
    bill = compute_bill(asked(period, "household"), TARIFFS)
    assert bill.limits[0].kwh == (40, 40, 80, 80, 80)


def test_households_that_are_no_number_are_refused() -> None:
    with pytest.raises(BillingError) as caught:
        bill_request(of(("KT", 0, 9)), Uses("household"), Households("một"), TARIFFS)
    assert caught.value.slug == "bad-households"
