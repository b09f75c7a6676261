"""A number is taken only in the database that was compared, and only near its witness."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from services.receipt.domain.series import LockedSeries, Series
from services.receipt.witness.guard import NOT_COMPARED, IssueGuard, IssuingStopped
from shared.clock_watch import ClockWatch
from shared.messaging.recoverability import MAXIMUM_ATTEMPTS, Postpone, decide

NOW = datetime(2026, 11, 28, 7, tzinfo=UTC)
LOCKED = LockedSeries(Series("BN26-AA", 2026, "0300942001"), 100, bytes(16), NOW, incarnation="this", database_time=NOW)


def guard(**changes: Any) -> IssueGuard:
    watch = ClockWatch(cast("Any", None), timedelta(seconds=5), clock=lambda: NOW, steady=lambda: 0.0)
    made = IssueGuard(watch, 50, fault=NOT_COMPARED, **changes)
    made.compared("this", {"BN26-AA": 100}, fault=None, restoring=False)
    return made


def refusal(made: IssueGuard, locked: LockedSeries) -> str:
    """Return why a number is refused."""
    with pytest.raises(IssuingStopped) as stopped:
        made.require(locked, made.before())
    assert made.reason == stopped.value.facts["reason"]
    return str(made.reason)


def test_before_the_first_comparison_nothing_is_issued() -> None:
    assert refusal(IssueGuard(fault=NOT_COMPARED), LOCKED) == NOT_COMPARED


@pytest.mark.parametrize(
    ("locked", "why"),
    [
        (replace(LOCKED, incarnation="another"), "the database was restored or restarted"),
        (replace(LOCKED, last_number=99), "it stood at 00000100 before"),
        (replace(LOCKED, last_number=150), "ahead of every witness"),
        (replace(LOCKED, last_issued_at=NOW + timedelta(hours=3)), "dated later than the present"),
        (replace(LOCKED, last_issued_at=None, database_time=NOW - timedelta(days=40)), "ahead of the database's"),
    ],
)
def test_the_next_number_is_refused_with_the_reason(locked: LockedSeries, why: str) -> None:
    assert why in refusal(guard(witnessed={"BN26-AA": 100}), locked)


@pytest.mark.parametrize("number", [100, 149])
def test_a_number_near_the_witness_is_allowed(number: int) -> None:
    made = guard(witnessed={"BN26-AA": 100})
    made.require(replace(LOCKED, last_number=number), made.before())
    assert made.reason is None


def test_a_refusal_wakes_the_comparison_and_ends_with_it() -> None:
    woken: list[bool] = []
    made = guard(wake=lambda: woken.append(True))
    restored = replace(LOCKED, incarnation="another")
    assert "restored" in refusal(made, restored)
    assert woken
    made.compared("another", {"BN26-AA": 100}, fault=None, restoring=False)
    assert made.reason is None
    made.require(restored, made.before())


def test_a_series_that_was_set_back_stays_refused_until_a_recovery() -> None:
    made = guard()
    assert made.set_back({"BN26-AA": 99}) == "BN26-AA stands at 00000099; it stood at 00000100 before"
    made.begin_epoch()
    assert made.set_back({"BN26-AA": 99}) is None


def test_an_event_whose_receipt_is_refused_waits_and_is_never_dead_lettered() -> None:
    for attempt in (1, 5, MAXIMUM_ATTEMPTS, 10 * MAXIMUM_ATTEMPTS):
        decision = decide(IssuingStopped(), attempt=attempt)
        assert isinstance(decision, Postpone)
        assert decision.seconds <= 30
