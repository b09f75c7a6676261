"""Time: moments are UTC, business days are dates in Cà Mau."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

Clock = Callable[[], datetime]
"""Returns the present moment; a parameter, so that a test can set it."""


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def bounds_of(day: date) -> tuple[datetime, datetime]:
    """Return the first moment of a business day and the first one after it. Raises OverflowError out of range."""
    first = datetime(day.year, day.month, day.day, tzinfo=VIETNAM).astimezone(UTC)
    return first, first + timedelta(days=1)


def business_day(moment: datetime) -> date:
    """Return the calendar day in Vietnam that ``moment`` (any zone) belongs to."""
    return moment.astimezone(VIETNAM).date()
