"""What two imports of the same readings share."""

import hashlib
import json
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.billing.bills.metered_period import METER_REGISTERS, MeteredPeriod, RegisterReading
from services.billing.imports.readings import fingerprint_of

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
