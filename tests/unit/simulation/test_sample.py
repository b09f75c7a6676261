"""The synthetic customers: deterministic, consistent with each other, and unreachable by phone."""

import csv
import re
import time
from itertools import pairwise
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.sample.phones import CUSTOMERS, UNITS, as_written, unreachable
from simulation.sample.places import tax_code
from simulation.sample.plan import LARGEST_ROUTE, SMALLEST_ROUTE, make_plan
from simulation.sample.readings import Month
from simulation.sample.writer import HEADERS, SampleReport, write_sample

OCTOBER = Month(2026, 10)


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder, customers=3000, seed=11, last_month=OCTOBER, months=3)
    return folder


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_sample(tmp_path / folder, customers=500, seed=3, last_month=OCTOBER)
    for name in HEADERS:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_another_seed_gives_other_people(tmp_path: Path) -> None:
    for seed in (1, 2):
        write_sample(tmp_path / str(seed), customers=100, seed=seed, last_month=OCTOBER)
    assert (tmp_path / "1" / "customers.csv").read_bytes() != (tmp_path / "2" / "customers.csv").read_bytes()


@pytest.mark.parametrize("customers", [1, 19, 20, 21, 59, 60, 201, 1234])
def test_there_are_exactly_as_many_customers_as_asked(tmp_path: Path, customers: int) -> None:
    report = write_sample(tmp_path, customers=customers, seed=1, last_month=OCTOBER)
    assert report.customers == customers == len(rows(tmp_path, "customers.csv"))


@given(customers=st.integers(1, 40_000), seed=st.integers(0, 1000))
@settings(max_examples=40)
def test_routes_hold_20_to_200_customers_and_nobody_is_left_out(customers: int, seed: int) -> None:
    plan = make_plan(customers, seed)
    assert sum(route.customers for route in plan.routes) == customers
    for route in plan.routes:
        assert route.customers <= LARGEST_ROUTE
        assert route.customers >= min(SMALLEST_ROUTE, plan.customers_of_unit[route.unit_code])
    for earlier, later in pairwise(plan.routes):
        assert later.first_serial == earlier.first_serial + earlier.customers


def test_every_reference_leads_somewhere(sample: Path) -> None:
    units = {row["unit_code"] for row in rows(sample, "units.csv")}
    collectors = {row["collector_code"]: row for row in rows(sample, "collectors.csv")}
    routes = {row["route_code"]: row for row in rows(sample, "routes.csv")}
    customers = {row["customer_code"]: row for row in rows(sample, "customers.csv")}
    meters = {row["meter_number"]: row for row in rows(sample, "meters.csv")}
    assert all(row["unit_code"] in units for row in collectors.values())
    assert all(collectors[row["collector_code"]]["active"] == "true" for row in routes.values())
    assert all(routes[row["route_code"]]["unit_code"] == row["unit_code"] for row in customers.values())
    assert all(row["customer_code"] in customers for row in meters.values())
    for row in rows(sample, "readings.csv"):
        assert meters[row["meter_number"]]["customer_code"] == row["customer_code"]
    assert {row["unit_code"] for row in rows(sample, "collection_points.csv")} == units


def test_codes_are_unique_and_well_formed(sample: Path) -> None:
    codes = [row["customer_code"] for row in rows(sample, "customers.csv")]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"P[A-Z][0-9A-Z]{9,11}", code) for code in codes)
    meters = [row["meter_number"] for row in rows(sample, "meters.csv")]
    assert len(set(meters)) == len(meters) == len(codes)


def test_the_walking_order_of_each_route_has_no_gap(sample: Path) -> None:
    places: dict[str, list[int]] = {}
    for row in rows(sample, "customers.csv"):
        places.setdefault(row["route_code"], []).append(int(row["place_in_route"]))
    assert all(order == list(range(1, len(order) + 1)) for order in places.values())


def test_readings_continue_from_month_to_month(sample: Path) -> None:
    previous: dict[tuple[str, str], dict[str, str]] = {}
    continued = 0
    for row in rows(sample, "readings.csv"):
        key = row["meter_number"], row["register"]
        if before := previous.get(key):
            continued += 1
            assert row["old_reading"] == before["new_reading"]
            assert row["period_from"] > before["period_to"]
        previous[key] = row
    assert continued > 5000


def test_household_consumption_looks_like_a_town_in_the_delta(sample: Path) -> None:
    groups = {row["customer_code"]: row["price_group"] for row in rows(sample, "customers.csv")}
    digits = {row["meter_number"]: int(row["digits"]) for row in rows(sample, "meters.csv")}
    kwh = sorted(
        (int(row["new_reading"]) - int(row["old_reading"])) % 10 ** digits[row["meter_number"]]
        for row in rows(sample, "readings.csv")
        if groups[row["customer_code"]] == "household"
    )
    assert 110 < kwh[len(kwh) // 2] < 200
    assert kwh[0] == 0
    assert 400 < kwh[len(kwh) * 99 // 100] < 1500


def test_every_kind_of_customer_that_billing_has_rules_for_is_there(sample: Path) -> None:
    customers = rows(sample, "customers.csv")
    groups = {row["price_group"] for row in customers}
    assert {"household", "household_prepaid", "household_undeclared", "household:70;business_lt6kv:30"} <= groups
    assert any("." in row["households"] for row in customers)
    readings = rows(sample, "readings.csv")
    assert {"KT", "BT", "CD", "TD"} == {row["register"] for row in readings}
    assert any(row["cos_phi"] for row in readings)
    assert any(int(row["cut_days"]) for row in readings)
    assert any(int(row["new_reading"]) < int(row["old_reading"]) for row in readings)


@given(serial=st.integers(0, 6_999_998))
def test_no_two_customers_share_a_number_and_none_can_be_dialled(serial: int) -> None:
    phone = unreachable(serial, CUSTOMERS)
    assert phone != unreachable(serial + 1, CUSTOMERS)
    number = phonenumbers.parse(phone)
    assert phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    assert phone.startswith("+8495"), "the block that no operator serves"
    assert phone[5] in "3456789", "apart from those of units, collectors and collection points"


def test_all_phones_of_a_sample_are_in_the_block_that_no_operator_serves(sample: Path) -> None:
    written = [row["phone"] for name in HEADERS for row in rows(sample, name) if row.get("phone")]
    assert len(written) > 2000
    for phone in written:
        digits = re.sub(r"[ .]", "", phone).replace("+84", "0")
        assert re.fullmatch(r"095\d{7}", digits)


@pytest.mark.parametrize(
    ("way", "text"), [(0, "+84950000007"), (1, "0950 000 007"), (2, "0950.000.007"), (3, "0950000007")]
)
def test_numbers_are_written_as_people_write_them(way: int, text: str) -> None:
    assert as_written(unreachable(7, UNITS), way) == text


@given(serial=st.integers(0, 3_000_000))
def test_tax_codes_have_a_right_check_digit_and_no_province(serial: int) -> None:
    code = tax_code(serial)
    assert re.fullmatch(r"99\d{8}", code)
    weights = (31, 29, 23, 19, 17, 13, 7, 5, 3)
    assert 10 - sum(int(d) * w for d, w in zip(code, weights, strict=False)) % 11 == int(code[9])


def test_a_hundred_thousand_customers_take_seconds(tmp_path: Path) -> None:
    started = time.process_time()
    report = write_sample(tmp_path, customers=100_000, seed=1, last_month=OCTOBER)
    assert time.process_time() - started < 20
    assert isinstance(report, SampleReport)
    assert report.readings >= 100_000
    codes = {row["customer_code"] for row in rows(tmp_path, "customers.csv")}
    assert len(codes) == 100_000


@pytest.mark.parametrize("arguments", [{"customers": 0}, {"customers": 10, "months": 0}, {"customers": 10**9}])
def test_impossible_orders_are_refused_before_anything_is_written(tmp_path: Path, arguments: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must be from 1"):
        write_sample(tmp_path / "out", seed=1, last_month=OCTOBER, **arguments)
    assert not (tmp_path / "out").exists()


def test_months_are_counted_over_new_year() -> None:
    assert Month(2026, 1).back(2) == Month(2025, 11)
    assert Month.parse("2026-02").last.isoformat() == "2026-02-28"


def test_numbers_of_customers_repeat_only_after_seven_million() -> None:
    assert len({unreachable(serial) for serial in range(0, 7_000_000, 23)}) == len(range(0, 7_000_000, 23))
    assert unreachable(7_000_001) == unreachable(1)
