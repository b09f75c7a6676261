"""kWh from readings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.engine.meter import kwh_from_readings
from services.billing.errors import BillingError


def test_consumption_is_the_difference_times_the_multiplier() -> None:
    assert kwh_from_readings(10014, 10334) == 320
    assert kwh_from_readings(100, 110, multiplier=40) == 400


def test_a_meter_that_rolled_over_counts_on_from_its_maximum() -> None:
    assert kwh_from_readings(99_980, 30, digits=5) == 50
    assert kwh_from_readings(9_999, 0, digits=4, multiplier=20) == 20


@given(st.integers(1, 9), st.data())
def test_counting_on_from_the_old_reading_shows_the_new_one(digits: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, 10**digits - 1))
    new = data.draw(st.integers(0, 10**digits - 1))
    kwh = kwh_from_readings(old, new, digits=digits)
    assert 0 <= kwh < 10**digits
    assert (old + kwh) % 10**digits == new


@pytest.mark.parametrize(
    ("old", "new", "options", "slug"),
    [
        (200, 100, {}, "reading-goes-back"),
        (-1, 100, {}, "bad-reading"),
        (1, 100, {"multiplier": 0}, "bad-multiplier"),
        (1, 100_000, {"digits": 5}, "bad-reading"),
        (1, 2, {"digits": 0}, "bad-reading"),
        (1, 2, {"digits": 12}, "bad-reading"),
    ],
)
def test_readings_that_cannot_be_are_refused(old: int, new: int, options: dict[str, int], slug: str) -> None:
    with pytest.raises(BillingError) as caught:
        kwh_from_readings(old, new, **options)
    assert caught.value.slug == slug
