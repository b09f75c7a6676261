"""How many SMS a provider is handed at a time."""

import pytest

from services.notify.delivery.pace import Pace, SharedPace
from services.notify.domain.terms import Terms


class Monotonic:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def handed_over(pace: Pace, time: Monotonic, *, seconds: float) -> int:
    """Hand over whatever there is room for, every millisecond."""
    count = 0
    for _ in range(int(seconds * 1000)):
        for _ in range(pace.room("a")):
            pace.begin("a")
            pace.end("a", throttled=False)
            count += 1
        time.seconds += 0.001
    return count


def test_a_provider_is_handed_its_rate() -> None:
    time = Monotonic()
    pace = Pace({"a": Terms(per_second=50)}, monotonic=time)

    assert handed_over(pace, time, seconds=10) == pytest.approx(500, abs=12)


def test_too_fast_slows_down_and_recovers() -> None:
    time = Monotonic()
    pace = Pace({"a": Terms(per_second=100)}, monotonic=time)
    pace.begin("a")
    pace.end("a", throttled=True)

    assert handed_over(pace, time, seconds=1) == pytest.approx(50, abs=15)
    time.seconds += 60
    assert handed_over(pace, time, seconds=1) == pytest.approx(100, abs=25)


def test_a_provider_without_a_rate_slows_down_too() -> None:
    time = Monotonic()
    pace = Pace({}, monotonic=time)
    assert pace.room("a") > 1000
    for _ in range(3):
        pace.begin("a")
        pace.end("a", throttled=True)

    assert pace.room("a") == 0
    assert pace.wait("a") > 0


def test_a_window_is_what_is_under_way() -> None:
    pace = Pace({"a": Terms(window=2)})
    pace.begin("a")
    pace.begin("a")
    assert pace.room("a") == 0
    pace.end("a", throttled=False)
    assert pace.room("a") == 1


def test_a_window_is_filled_again_when_half_of_it_is_free() -> None:
    pace = Pace({"a": Terms(window=32)})
    for _ in range(32):
        pace.begin("a")
    for _ in range(15):
        pace.end("a", throttled=False)
    assert pace.room("a") == 0
    pace.end("a", throttled=False)
    assert pace.room("a") == 16


def test_what_all_copies_have_handed_over_leaves_less_of_the_rate() -> None:
    rates = {"a": 50.0, "slow": 0.5}

    assert SharedPace(rates, {}).room("a") == 10
    assert SharedPace(rates, {"a": 0.1}).room("a") == 5
    assert SharedPace(rates, {"a": 0.2}).room("a") == 0
    assert SharedPace(rates, {"a": 3.0}).room("a") == 0
    assert SharedPace(rates, {}).room("slow") == 1
    assert SharedPace(rates, {"slow": 0.1}).room("slow") == 0
    assert SharedPace(rates, {}).room("without a rate") > 1000


def test_the_next_one_may_follow_when_the_rate_has_room_for_it() -> None:
    rates = {"a": 50.0, "slow": 0.5}

    assert SharedPace(rates, {"a": 0.1}).wait("a") == 0
    assert SharedPace(rates, {"a": 0.3}).wait("a") == pytest.approx(0.12)
    assert SharedPace(rates, {"slow": 1.5}).wait("slow") == 1.5
    assert SharedPace(rates, {}).seconds({"a": 10, "slow": 1, "without a rate": 7}) == {"a": 0.2, "slow": 2.0}
