"""Moments of several clocks, as the rules compare them. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Any

SKEW = timedelta(seconds=5)
"""Clocks of copies and machines may differ by so much."""

NEVER = datetime.min.replace(tzinfo=UTC)


def moment_of(text: str) -> datetime:
    """Return a moment in an event's JSON."""
    return datetime.fromisoformat(text)


def shown(value: Any) -> str:
    """Return a value as the detail of a violation has it; moments in UTC."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
