"""The id of a bill follows from its period's."""

from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from services.billing.runs.rules import bill_id_of
from shared.ids import new_id

_PERIODS = st.integers(0, 2**128 - 1).map(lambda value: UUID(int=value))


@given(_PERIODS)
def test_it_is_the_same_each_time_and_a_uuid_of_ones_own_kind(period_id: UUID) -> None:
    bill_id = bill_id_of(period_id)
    assert bill_id == bill_id_of(UUID(bytes=period_id.bytes))
    assert (bill_id.version, bill_id.variant) == (8, RFC_4122)


@given(st.sets(st.integers(0, 2**74 - 1), min_size=2, max_size=50), st.integers(0, 2**48 - 1))
def test_periods_of_one_moment_have_bills_of_their_own(rests: set[int], moment: int) -> None:
    assert len({bill_id_of(UUID(int=moment << 80 | rest)) for rest in rests}) == len(rests)


def test_it_begins_as_the_periods_does_so_that_neighbours_stay_neighbours() -> None:
    period_id = new_id()
    assert bill_id_of(period_id).bytes[:6] == period_id.bytes[:6]
