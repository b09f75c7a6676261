"""Compares this machine's clock with the database's, and both with a clock that nobody sets.

A clock that is wrong by more than a limit, or that jumps, is a fault until it is right again. Where machine and
database have the same clock (one host), a jump moves both; the steady clock shows it all the same.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from asyncpg import Pool

from shared.clock import Clock, now
from shared.metrics import CLOCK_OFFSET


def steady_seconds() -> float:
    """Return a time that only goes forward, also while the machine sleeps where it can tell."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


@dataclass(frozen=True, slots=True)
class Before:
    """The clocks just before the database was asked for its time."""

    wall: datetime
    steady: float


class ClockWatch:
    """Judges the clock each time that the database's is read."""

    def __init__(
        self, pool: Pool, limit: timedelta, *, clock: Clock = now, steady: Callable[[], float] = steady_seconds
    ) -> None:
        self.limit = limit
        self._pool = pool
        self._clock = clock
        self._steady = steady
        self._anchor: tuple[datetime, float] | None = None
        """The database's time and the steady one when both clocks were last right."""

    def before(self) -> Before:
        """Return the clocks, to be taken before the database is asked."""
        return Before(self._clock(), self._steady())

    def fault(self, before: Before, database_time: datetime) -> str | None:
        """Return what is wrong with the clocks, or None. ``database_time`` was read after ``before``."""
        wall, steady, limit = self._clock(), self._steady(), self.limit
        took = timedelta(seconds=steady - before.steady)
        offset = before.wall - database_time if database_time < before.wall else min(wall - database_time, timedelta(0))
        CLOCK_OFFSET.set(offset.total_seconds())
        if abs(offset) > limit:
            ahead = "ahead of" if offset > timedelta(0) else "behind"
            return f"this machine's clock is {_seconds(offset)} {ahead} the database's"
        if self._anchor is not None:
            then, at = self._anchor
            expected = then + timedelta(seconds=before.steady - at)
            jumped = database_time - expected
            if jumped < -limit or jumped > limit + took:
                direction = "forward" if jumped > timedelta(0) else "back"
                return (
                    f"the database's clock, or the clock of both, jumped {direction} by {_seconds(jumped)}: "
                    "set it right, or restart this service when it is right now"
                )
        if took < limit / 2:  # else it is not known closely enough when the database looked at its clock
            self._anchor = (database_time, steady - took.total_seconds() / 2)
        return None

    async def check(self) -> str | None:
        """Ask the database for its time; return what is wrong, or None."""
        async with self._pool.acquire() as connection:
            before = self.before()
            return self.fault(before, await connection.fetchval("SELECT clock_timestamp()"))


def _seconds(duration: timedelta) -> str:
    return f"{abs(duration.total_seconds()):,.0f} s"
