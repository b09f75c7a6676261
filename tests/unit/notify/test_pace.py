"""How many SMS a provider is handed at a time."""

import pytest

from services.notify.delivery.pace import Pace
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

    assert pace.per_second("a") == 50
    assert handed_over(pace, time, seconds=2) < 110
    time.seconds += 60
    assert pace.per_second("a") == 100


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
