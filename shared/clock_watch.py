"""Compares this machine's clock with the database's, and both with a clock that nobody sets.

A clock that is wrong by more than a limit, or that jumps, is a fault until it is right again. Where machine and
database have the same clock (one host), a jump moves both; the steady clock shows it all the same.

What services date, and what they decide by the time, they take from :meth:`ClockWatch.of`: a clock that refuses while
it disagrees with the database's, so that money is recorded with the right moment or later, never with a wrong one.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
import structlog
from asyncpg import Pool

from shared.clock import Clock, now
from shared.metrics import CLOCK_OFFSET
from shared.problems import Suspended

log = structlog.get_logger(__name__)

CHECK_SECONDS = 2.0
"""How often the database is asked for its time."""

_AWAY = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
"""What the database or its driver may raise when a connection is lost."""


class ClockWrong(Suspended):
    """This copy's clock disagrees with the database's: it dates nothing and decides nothing by the time."""

    usual_detail = "Đồng hồ máy chủ đang sai, vui lòng thử lại sau giây lát."


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
        self._seen: tuple[datetime, float] | None = None
        """The same when the database was last asked, right or not."""
        self._logged: str | None = None

    def before(self) -> Before:
        """Return the clocks, to be taken before the database is asked."""
        return Before(self._clock(), self._steady())

    def fault(self, before: Before, database_time: datetime) -> str | None:
        """Return what is wrong with the clocks, or None. ``database_time`` was read after ``before``."""
        wall, steady, limit = self._clock(), self._steady(), self.limit
        took = timedelta(seconds=steady - before.steady)
        known_closely = took < limit / 2  # else the database may have looked at its clock long before it answered
        if known_closely:
            self._seen = (database_time, steady - took.total_seconds() / 2)
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
        if known_closely:
            self._anchor = self._seen
        return None

    async def check(self) -> str | None:
        """Ask the database for its time; return what is wrong, or None."""
        async with self._pool.acquire() as connection:
            before = self.before()
            return self.fault(before, await connection.fetchval("SELECT clock_timestamp()"))

    def now(self) -> datetime:
        """Return the present moment. Raises :class:`ClockWrong` while it is not the database's.

        It asks nobody: by the steady clock it knows what the database's must be. A jump of both is for those to refuse
        who sign (:meth:`fault`).
        """
        wall = self._clock()
        if self._seen is not None:
            then, at = self._seen
            if abs(wall - (then + timedelta(seconds=self._steady() - at))) > self.limit:
                raise ClockWrong
        return wall

    def of(self, clock: Clock) -> Clock:
        """Return :meth:`now` in place of the machine's clock; a clock that is handed in stays as it is."""
        return self.now if clock is now else clock

    async def run(self) -> None:
        """Compare again and again; never returns."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            await self.compare()

    async def compare(self) -> None:
        """Ask the database for its time where it is there; without it, the steady clock tells what it must be."""
        try:
            fault = await self.check()
        except _AWAY as error:
            log.debug("clock_not_compared", error=type(error).__name__)
            return
        if fault != self._logged and fault is not None:
            log.error("clock_wrong", fault=fault)
        self._logged = fault


def _seconds(duration: timedelta) -> str:
    return f"{abs(duration.total_seconds()):,.0f} s"
