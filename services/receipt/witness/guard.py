"""Whether this copy may issue receipts now: the register is not older than a witness, and the clock is right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from services.receipt.domain.series import LockedSeries, format_number
from shared.clock_watch import Before, ClockWatch
from shared.problems import Suspended

NOT_COMPARED = "the register has not been compared with a witness yet"


class IssuingStopped(Suspended):
    """No receipt is issued until a person has put something right; payments wait and are not lost."""

    slug = "issuing-stopped"
    title = "Receipts are not issued for now"
    usual_detail = "Tạm dừng cấp biên nhận để kiểm tra sổ; khoản thu đã ghi nhận, biên nhận sẽ được cấp sau."


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
    witnessed: Mapping[str, int] = field(default_factory=dict)
    """Series → the last number that a witness has."""
    refused: str | None = None
    """Why the last number was refused, where no comparison had found a fault."""
    _seen: dict[str, tuple[int, bytes]] = field(default_factory=dict)

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
        if self.reason is not None:
            self.wake()
            raise IssuingStopped(facts={"reason": self.reason})
        self._seen[locked.series.name] = (locked.last_number, locked.last_link)

    def compared(self, incarnation: str, *, fault: str | None, restoring: bool) -> None:
        """Note what a comparison has found."""
        self.incarnation, self.fault, self.restoring, self.refused = incarnation, fault, restoring, None

    def begin_epoch(self) -> None:
        """Forget where series stood: a recovery has declared what is lost."""
        self._seen.clear()

    def _refusal(self, locked: LockedSeries, before: Before | None) -> str | None:
        name, number = locked.series.name, locked.last_number
        if self.incarnation is not None and locked.incarnation != self.incarnation:
            return "the database was restored or restarted, and was not compared with a witness since"
        seen = self._seen.get(name)
        if seen is not None and (number < seen[0] or (number == seen[0] and locked.last_link != seen[1])):
            return f"{name} stands at {format_number(number)}; it stood at {format_number(seen[0])} before"
        if self.reach is not None and number - self.witnessed.get(name, 0) >= self.reach:
            return f"{name} is {self.reach} receipts ahead of every witness"
        if self.clock is None or before is None or locked.database_time is None:
            return None
        if locked.last_issued_at is not None and locked.last_issued_at > locked.database_time + self.clock.limit:
            return f"the last receipt of {name} is dated later than the present"
        return self.clock.fault(before, locked.database_time)
