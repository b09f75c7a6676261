"""Times that a client states, and how far they may lie from the server's clock. Pure.

A phone's clock may be wrong by years, and whoever writes a request can write any moment. The server's own time counts;
what the client states is a note beside it, and only what lies near the server's time is kept at all.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.problems import InvalidRequest


class ClockWrong(InvalidRequest):
    """A stated time lies too far from the server's clock; nothing was recorded."""

    slug = "clock-wrong"
    title = "The stated time is too far from the server's clock"


@dataclass(frozen=True, slots=True)
class Span:
    """How long before the server's time, and how far after it, a stated time may lie."""

    before: timedelta
    after: timedelta

    def covers(self, stated: datetime, now: datetime) -> bool:
        """Whether a stated time lies inside the span."""
        return -self.after <= now - stated <= self.before

    def require(self, field: str, stated: datetime, now: datetime) -> None:
        """Raise :class:`ClockWrong` for a time outside the span; ``field`` names it in the facts."""
        if self.covers(stated, now):
            return
        ahead = stated > now
        raise ClockWrong(
            f"Đồng hồ điện thoại chạy {'nhanh' if ahead else 'chậm'} hơn giờ hệ thống. "
            "Hãy chỉnh lại ngày giờ rồi ghi lại.",
            facts={field: stated.isoformat(), "field": field, "now": now.isoformat()},
        )

    def near(self, stated: datetime, now: datetime) -> datetime:
        """Return ``stated`` where it lies inside the span, else ``now``."""
        return stated if self.covers(stated, now) else now


AT_THE_DOOR = Span(before=timedelta(days=7), after=timedelta(days=1))
"""Cash, visits and shifts: a phone may have been without signal for days."""

ELSEWHERE = Span(before=timedelta(days=366), after=timedelta(days=1))
"""Transfers and postings: banks and collection points deliver late, and mistakes are found at the end of the year."""

ANYTHING = Span(before=timedelta(days=3660), after=timedelta(days=400))
"""Whatever a request states, appointments and the day of a printer's test page included."""
