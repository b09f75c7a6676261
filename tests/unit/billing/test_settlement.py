"""A true reading below an estimate: what both periods used, shared by their days."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.billing.bills.metered_period import MeteredPeriod, RegisterReading
from services.billing.judgement.settlement import settlement_of

CODE = "PB14010012345"


def period(first: date, old: int, new: int, *, estimated: bool = False, digits: int = 5) -> MeteredPeriod:
    last = first + timedelta(days=29)
    reading = RegisterReading("M1", "KT", old, new, 1, digits, estimated=estimated)
    return MeteredPeriod(CODE, first.year, first.month, 1, first, last, last, (reading,))


def settled(before: int, estimate: int, true: int) -> tuple[int, int] | None:
    """Return the kWh of both periods."""
    first = date(2026, 9, 1)
    found = settlement_of(
        period(first, before, estimate, estimated=True), period(first + timedelta(days=30), estimate, true)
    )
    return None if found is None else (found.estimated[0].kwh, found.true[0].kwh)


def test_what_was_used_is_shared_by_the_days() -> None:
    assert settled(1000, 1200, 1150) == (75, 75)
    assert settled(1000, 1200, 1151) == (76, 75)
    assert settled(1000, 1200, 1000) == (0, 0)


def test_a_true_reading_that_is_not_below_needs_no_settlement() -> None:
    assert settled(1000, 1200, 1200) is None
    assert settled(1000, 1200, 1300) is None


def test_a_reading_below_the_last_true_one_is_no_estimate_that_was_too_high() -> None:
    assert settled(1000, 1200, 999) is None


def test_a_register_that_rolled_over_in_between_is_counted_from_the_last_true_reading() -> None:
    # The estimate rolled over and the register did not.
    assert settled(99_950, 20, 99_990) == (20, 20)
    # Both did.
    assert settled(99_950, 80, 20) == (35, 35)
    # The register rolled over and the estimate did not: more was used than was estimated.
    assert settled(99_900, 99_990, 50) is None


def test_a_difference_of_half_of_the_range_may_be_a_roll_over() -> None:
    assert settled(0, 60_000, 5_000) is None


@given(st.integers(0, 99_999), st.integers(0, 49_999), st.integers(0, 49_999))
def test_both_periods_together_are_what_the_register_counted(before: int, guessed: int, used: int) -> None:
    found = settled(before, (before + guessed) % 100_000, (before + used) % 100_000)
    if used >= guessed:
        assert found is None
    else:
        assert found is not None
        assert sum(found) == used
        assert 0 <= found[0] - found[1] <= 1
