"""A clock that is wrong, or that jumps, is noticed each time that the database's is read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import asyncpg
import pytest

from shared.clock import now
from shared.clock_watch import ClockWatch, ClockWrong

START = datetime(2026, 11, 28, 7, tzinfo=UTC)
LIMIT = timedelta(seconds=5)


class Clocks:
    """The machine's clock, the steady one, and the database's."""

    def __init__(self) -> None:
        self.steady = 1000.0
        self.machine = timedelta(0)
        self.database = timedelta(0)
        self.watch = ClockWatch(cast("Any", None), LIMIT, clock=lambda: self._true + self.machine, steady=self._steady)

    @property
    def _true(self) -> datetime:
        return START + timedelta(seconds=self.steady - 1000.0)

    def _steady(self) -> float:
        return self.steady

    def asked(self, *, answered_after: float = 0.0, locked_for: float = 0.0) -> str | None:
        """Ask the database for its time; it looks at its clock before it waits for a lock."""
        before = self.watch.before()
        self.steady += answered_after
        database_time = self._true + self.database
        self.steady += locked_for
        return self.watch.fault(before, database_time)


@pytest.fixture
def clocks() -> Clocks:
    made = Clocks()
    assert made.asked() is None
    return made


@pytest.mark.parametrize("seconds", [-4, 0, 4])
def test_what_is_within_the_limit_is_no_fault(clocks: Clocks, seconds: int) -> None:
    clocks.machine = timedelta(seconds=seconds)
    assert clocks.asked() is None


@pytest.mark.parametrize(("shift", "word"), [(timedelta(days=40), "ahead of"), (timedelta(hours=-3), "behind")])
def test_a_machine_that_goes_wrong_is_a_fault_until_it_is_right_again(
    clocks: Clocks, shift: timedelta, word: str
) -> None:
    clocks.machine = shift
    assert word in (clocks.asked() or "")
    clocks.machine = timedelta(0)
    assert clocks.asked() is None


def test_a_database_that_answers_late_or_after_a_lock_is_no_fault(clocks: Clocks) -> None:
    assert clocks.asked(answered_after=30) is None
    assert clocks.asked(locked_for=60) is None
    clocks.steady += 1
    assert clocks.asked() is None


@pytest.mark.parametrize("shift", [timedelta(days=40), timedelta(hours=-3)])
def test_a_jump_of_the_clock_that_machine_and_database_share_is_a_fault_until_it_is_undone(
    clocks: Clocks, shift: timedelta
) -> None:
    clocks.machine = clocks.database = shift
    assert "jumped" in (clocks.asked() or "")
    clocks.steady += 3600
    assert "jumped" in (clocks.asked() or "")
    clocks.machine = clocks.database = timedelta(0)
    assert clocks.asked() is None


def test_a_clock_that_is_put_right_little_by_little_is_no_fault(clocks: Clocks) -> None:
    for _ in range(20):
        clocks.machine += timedelta(seconds=1)
        clocks.database += timedelta(seconds=1)
        clocks.steady += 60
        assert clocks.asked() is None


@pytest.mark.parametrize("shift", [timedelta(days=40), timedelta(hours=-3)])
def test_a_clock_that_goes_wrong_is_refused_at_once_and_serves_again_when_it_is_right(
    clocks: Clocks, shift: timedelta
) -> None:
    clocks.steady += 60
    assert clocks.watch.now() == START + timedelta(seconds=60)
    clocks.machine = shift
    with pytest.raises(ClockWrong):
        clocks.watch.now()
    clocks.machine = timedelta(0)
    assert clocks.watch.now() == START + timedelta(seconds=60)


def test_a_clock_that_is_wrong_from_the_start_is_refused() -> None:
    clocks = Clocks()
    clocks.machine = timedelta(hours=3)
    assert clocks.asked() is not None
    with pytest.raises(ClockWrong):
        clocks.watch.now()


def test_a_clock_that_is_set_right_together_with_the_databases_serves_again(clocks: Clocks) -> None:
    clocks.machine = clocks.database = timedelta(seconds=20)
    assert "jumped" in (clocks.asked() or "")
    assert clocks.watch.now() == START + timedelta(seconds=20)


def test_a_clock_that_is_handed_in_stays_as_it_is(clocks: Clocks) -> None:
    handed = lambda: START  # noqa: E731
    assert clocks.watch.of(handed) is handed
    assert clocks.watch.of(now) == clocks.watch.now


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.CannotConnectNowError("starting up"),
        asyncpg.InterfaceError("connection is closed"),
        # What the driver says of a connection that was cut off within an operation.
        asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"),
        ConnectionResetError(),
    ],
)
async def test_a_database_that_is_away_does_not_end_the_watch(error: Exception) -> None:
    class Away:
        @asynccontextmanager
        async def acquire(self) -> AsyncIterator[object]:
            raise error
            yield

    watch = ClockWatch(cast("Any", Away()), LIMIT)
    await watch.compare()
    assert watch.now() is not None
