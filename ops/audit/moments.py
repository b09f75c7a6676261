"""Moments of several clocks, as the rules compare them. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

SKEW = timedelta(seconds=5)
"""Clocks of copies and machines may differ by so much."""

UNTIL_KNOWN = timedelta(minutes=1)
"""That a collector has left reaches other services by an event."""

UNDER_WAY = timedelta(seconds=30)
"""A request that was let in may be answered so long after its device was revoked."""

NEVER = datetime.min.replace(tzinfo=UTC)


def moment_of(text: str) -> datetime:
    """Return a moment in an event's JSON."""
    return datetime.fromisoformat(text)


def shown(value: Any) -> str:
    """Return a value as the detail of a violation has it; moments in UTC."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def inactive_since(activity: Sequence[tuple[datetime, bool]], moment: datetime) -> datetime | None:
    """Return since when a collector had not been active at a moment; None for an active one."""
    since = None
    for at, active in activity:
        if at > moment:
            break
        since = None if active else since or at
    return since
