"""Whether this copy may issue receipts now: the register is not older than a witness, and the clock is right."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from services.receipt.domain.series import LockedSeries, format_number
from shared.clock_watch import Before, ClockWatch
from shared.problems import Suspended

REFUSAL_SECONDS = 60.0
"""How long a refusal counts after which nothing was asked for."""

NOT_COMPARED = "the register has not been compared with a witness yet"


class IssuingStopped(Suspended):
    """No receipt is issued until a person has put something right; payments wait and are not lost."""

    slug = "issuing-stopped"
    title = "Receipts are not issued for now"
    usual_detail = "Tạm dừng cấp biên nhận để kiểm tra sổ; khoản thu đã ghi nhận, biên nhận sẽ được cấp sau."


class RegisterIncomplete(Suspended):
    """Rows of the register are lost: what is counted by them is not counted until a person has put that right."""

    usual_detail = "Sổ biên nhận đang được khôi phục, chưa in được bản sao. Hãy thử lại sau."


def nothing() -> None:
    """Do nothing."""


@dataclass(slots=True)
class IssueGuard:
    """Asked under the lock of a series, each time that a number is to be taken.

    One that is made without anything allows everything: where there is no witness and no clock to compare with.
    """

    clock: ClockWatch | None = None
    reach: int | None = None
    """How far a series may run ahead of what a witness has of it."""
    wake: Callable[[], None] = nothing
    """Has the register compared soon."""

    fault: str | None = None
    """Why nothing is issued, as the last comparison found it."""
    restoring: bool = False
    """Whether the register lacks what a witness has: a genuine receipt may not be in it."""
    incarnation: str | None = None
    """The database that was compared; None: no comparison is needed."""
    witnessed: Mapping[str, int] | None = None
    """Series → the last number that a witness has; None: none has taken anything yet."""
    refused: str | None = None
    """Why the last number was refused, where no comparison had found a fault."""
    _refused_at: float = 0.0
    _stood: dict[str, int] = field(default_factory=dict)
    """Series → where it stood at the last comparison."""

    @property
    def reason(self) -> str | None:
        """Why nothing is issued, or None."""
        return self.fault or self.refused

    def before(self) -> Before | None:
        """Return the clocks, to be taken before the series is locked."""
        return None if self.clock is None else self.clock.before()

    def require(self, locked: LockedSeries, before: Before | None) -> None:
        """Allow the next number of a locked series. Raises :class:`IssuingStopped`."""
        self.refused = None if self.fault else self._refusal(locked, before)
        self._refused_at = time.monotonic()
        if self.reason is not None:
            self.wake()
            raise IssuingStopped(facts={"reason": self.reason})

    def require_whole(self) -> None:
        """Allow what is counted by rows of the register. Raises :class:`RegisterIncomplete` while it lacks some."""
        if self.restoring:
            raise RegisterIncomplete

    def compared(self, incarnation: str, numbers: Mapping[str, int], *, fault: str | None, restoring: bool) -> None:
        """Note what a comparison has found in a database, and where series stand in it."""
        if incarnation != self.incarnation or time.monotonic() - self._refused_at > REFUSAL_SECONDS:
            self.refused = None  # what refused it is gone, or is found again
        self.incarnation, self.fault, self.restoring = incarnation, fault, restoring
        if fault is None:
            self._stood = dict(numbers)

    def set_back(self, numbers: Mapping[str, int]) -> str | None:
        """Return which series stands lower than at the last comparison, whatever a witness has."""
        for name, stood in self._stood.items():
            if numbers.get(name, 0) < stood:
                return _set_back(name, numbers.get(name, 0), stood)
        return None

    def begin_epoch(self) -> None:
        """Forget where series stood: a recovery has declared what is lost."""
        self._stood.clear()

    def _refusal(self, locked: LockedSeries, before: Before | None) -> str | None:
        name, number = locked.series.name, locked.last_number
        if self.incarnation is not None and locked.incarnation != self.incarnation:
            return "the database was restored or restarted, and was not compared with a witness since"
        if number < self._stood.get(name, 0):
            return _set_back(name, number, self._stood[name])
        if self.reach is not None and self.witnessed is not None and number - self.witnessed.get(name, 0) >= self.reach:
            return f"{name} is {self.reach} receipts ahead of every witness"
        return self._wrong_time(locked, before)

    def _wrong_time(self, locked: LockedSeries, before: Before | None) -> str | None:
        if self.clock is None or before is None or locked.database_time is None:
            return None
        if locked.last_issued_at is not None and locked.last_issued_at > locked.database_time + self.clock.limit:
            return f"the last receipt of {locked.series.name} is dated later than the present"
        return self.clock.fault(before, locked.database_time)


def _set_back(name: str, stands: int, stood: int) -> str:
    return f"{name} stands at {format_number(stands)}; it stood at {format_number(stood)} before"
