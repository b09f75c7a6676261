"""A time that a client states is kept only where it lies near the server's clock."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.client_times import AT_THE_DOOR, ClockWrong

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize("stated", [NOW - timedelta(days=7), NOW, NOW + timedelta(days=1)])
def test_a_time_inside_the_span_is_taken(stated: datetime) -> None:
    AT_THE_DOOR.require("visited_at", stated, NOW)
    assert AT_THE_DOOR.near(stated, NOW) == stated


@pytest.mark.parametrize(
    ("stated", "way"),
    [
        (datetime.min.replace(tzinfo=UTC), "chậm"),
        (datetime(1970, 1, 1, tzinfo=UTC), "chậm"),
        (NOW - timedelta(days=7, seconds=1), "chậm"),
        (NOW + timedelta(days=1, seconds=1), "nhanh"),
        (datetime(2099, 1, 1, tzinfo=UTC), "nhanh"),
        (datetime.max.replace(tzinfo=UTC), "nhanh"),
    ],
)
def test_a_time_outside_is_refused_and_tells_which_way_the_clock_is_wrong(stated: datetime, way: str) -> None:
    with pytest.raises(ClockWrong, match=way) as caught:
        AT_THE_DOOR.require("visited_at", stated, NOW)
    assert (caught.value.slug, caught.value.facts["field"]) == ("clock-wrong", "visited_at")
    assert AT_THE_DOOR.near(stated, NOW) == NOW
