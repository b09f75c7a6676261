"""What two imports of the same readings share, and what a bill is tested by."""

import hashlib
import json
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.billing.bills.metered_period import METER_REGISTERS, MeteredPeriod, RegisterReading
from services.billing.errors import BillingError
from services.billing.imports.readings import BillTest, fingerprint_of
from services.billing.judgement.contract import CodeOfUnit, KnownContract
from services.billing.tariffs.files import load_tariffs
from shared.contracts.uses import Households, Uses

READINGS = st.builds(
    RegisterReading,
    meter_number=st.text('ABC-0129"\\é', min_size=1, max_size=6),
    meter_register=st.sampled_from(METER_REGISTERS),
    old_reading=st.integers(0, 10**9),
    new_reading=st.integers(0, 10**9),
    multiplier=st.integers(1, 40),
    digits=st.integers(1, 9),
    change_readings=st.lists(st.integers(0, 10**6), max_size=2).map(tuple),
    estimated=st.booleans(),
)
DAYS = st.dates(date(2018, 1, 1), date(2199, 1, 1))
PERIODS = st.builds(
    MeteredPeriod,
    customer_code=st.just("PB14010012345"),
    year=st.integers(2000, 2199),
    month=st.integers(1, 12),
    cycle=st.integers(1, 9),
    period_from=DAYS,
    period_to=DAYS,
    due_date=DAYS,
    readings=st.lists(READINGS, min_size=1, max_size=3).map(tuple),
    cut_days=st.integers(0, 31),
    cut_from=st.none() | DAYS,
    cut_to=st.none() | DAYS,
    cos_phi=st.none() | st.decimals(Decimal("0.01"), 1, places=2),
    final=st.booleans(),
)


def earlier(period: MeteredPeriod) -> str:
    """Return the fingerprint as every version has stored it: the digest of the period as JSON with sorted keys."""
    bare = replace(period, readings=tuple(replace(item, multiplier=1, digits=1) for item in period.readings))
    content = asdict(bare)
    if not period.final:
        del content["final"]
    for item in content["readings"]:
        if not item["estimated"]:
            del item["estimated"]
    return hashlib.sha256(json.dumps(content, default=str, sort_keys=True).encode()).hexdigest()


@given(PERIODS)
def test_a_fingerprint_is_what_earlier_versions_have_stored(period: MeteredPeriod) -> None:
    assert fingerprint_of(period) == earlier(period)


TARIFFS = load_tariffs()
# So few different ones that the same is asked again and again.
FEW_READINGS = st.builds(
    RegisterReading,
    meter_number=st.just("M1"),
    meter_register=st.sampled_from(METER_REGISTERS),
    old_reading=st.sampled_from([0, 90]),
    new_reading=st.sampled_from([40, 120]),
    multiplier=st.just(1),
    digits=st.sampled_from([2, 5]),
    change_readings=st.sampled_from([(), (), (100,)]),
)
FEW_PERIODS = st.builds(
    MeteredPeriod,
    customer_code=st.just("PB14010012345"),
    year=st.just(2026),
    month=st.just(10),
    cycle=st.just(1),
    period_from=st.sampled_from([date(2010, 10, 1), date(2026, 10, 1)]),
    period_to=st.just(date(2026, 10, 31)),
    due_date=st.just(date(2026, 11, 10)),
    readings=st.lists(FEW_READINGS, min_size=1, max_size=2).map(tuple) | FEW_READINGS.map(lambda one: (one,)),
    cut_days=st.sampled_from([0, 40]),
    cos_phi=st.sampled_from([None, Decimal("0.8")]),
)
CONTRACTS = st.builds(
    KnownContract,
    unit=st.just(CodeOfUnit(unit_code="PB1401")),
    price_group=st.sampled_from(["household", "production_lt6kv", "nothing"]).map(Uses),
    households=st.sampled_from(["1", "x"]).map(Households),
)


def outcome(test: BillTest, period: MeteredPeriod, contract: KnownContract) -> str:
    """Return why a period makes no bill; nothing where it makes one."""
    try:
        test.require(period, contract)
    except BillingError as error:
        return f"{error.slug}: {error.message}"
    return ""


@given(st.lists(st.tuples(FEW_PERIODS, CONTRACTS), min_size=2, max_size=6))
def test_a_bill_is_billable_or_not_whatever_was_tested_before(asked: list[tuple[MeteredPeriod, KnownContract]]) -> None:
    test = BillTest(TARIFFS)
    for period, contract in asked:
        assert outcome(test, period, contract) == outcome(BillTest(TARIFFS), period, contract)
