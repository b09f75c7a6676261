"""Time: moments are UTC, business days are dates in Cà Mau."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

Clock = Callable[[], datetime]
"""Returns the present moment; a parameter, so that a test can set it."""


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def business_day(moment: datetime) -> date:
    """Return the calendar day in Vietnam that ``moment`` (any zone) belongs to."""
    return moment.astimezone(VIETNAM).date()
