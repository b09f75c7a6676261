"""Invoices of a month are asked about as fast as their pace allows, those of a few bills at once."""

from services.invoice.pace import Pace


def test_a_few_hundred_bills_wait_for_nothing_and_the_others_come_at_the_pace() -> None:
    pace = Pace(per_second=40, at_once=100)
    for _ in range(5):
        assert pace.seconds_until(20, 7.0) == 0
        pace.take(20)
    assert pace.seconds_until(20, 7.0) == 0.5
    assert pace.seconds_until(20, 7.25) == 0.25
    assert pace.seconds_until(20, 7.5) == 0


def test_a_quiet_time_gives_no_more_at_once_than_there_may_be() -> None:
    pace = Pace(per_second=40, at_once=100)
    pace.seconds_until(20, 0.0)
    pace.take(100)
    assert pace.seconds_until(100, 3600.0) == 0
    pace.take(100)
    assert pace.seconds_until(20, 3600.0) == 0.5


def test_without_a_pace_nothing_is_held_up() -> None:
    pace = Pace(per_second=0)
    pace.take(1_000_000)
    assert pace.seconds_until(20, 0.0) == 0
